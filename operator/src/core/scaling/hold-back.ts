/** From what is wished to what is desired: up at once, down after stabilization, within the rates, and always within min and max. */
import type { HeldBackReason } from '@parley/crds/reasons.js';
import { observeExtreme, type Held } from './sliding-extreme.js';
import type { Scaling } from './signal.js';

/** What scaling remembers of a pool's numbers from one decision to the next. */
export interface ScalingHistory {
  readonly wished: readonly Held[];
  /** The most that was desired within the period of `rates.down`, and the fewest within that of `rates.up`. */
  readonly most: readonly Held[];
  readonly fewest: readonly Held[];
}

export interface HoldBackInput {
  readonly spec: Pick<Scaling, 'min' | 'max' | 'stabilizationSeconds' | 'rates'>;
  readonly wish: number;
  /** A signal has no say that should have one. */
  readonly unreadable: boolean;
  /** What was desired until now. */
  readonly current: number;
  readonly history: ScalingHistory;
  readonly nowMs: number;
}

export interface HoldBackOutcome {
  readonly desired: number;
  readonly heldBack: HeldBackReason | undefined;
  readonly history: ScalingHistory;
  /** Time alone may allow more, or less, by then. */
  readonly againAfterMs: number | undefined;
}

type Rate = NonNullable<Scaling['rates']['up']>;

/** A new leader's: as if the number had been this for as long as counts. */
export function historyOf(nodes: number, nowMs: number): ScalingHistory {
  const held: readonly Held[] = [{ nodes, untilMs: nowMs }];
  return { wished: held, most: held, fewest: held };
}

export function holdBack(input: HoldBackInput): HoldBackOutcome {
  const { spec, nowMs } = input;
  const { up, down } = spec.rates;
  const bounded = clamp(spec, input.wish);
  const current = clamp(spec, input.current);
  const wished = observeExtreme(
    input.history.wished,
    {
      // While it isn't known what would be wished, it is what there is.
      nodes: input.unreadable ? Math.max(bounded, current) : bounded,
      nowMs,
      windowMs: spec.stabilizationSeconds * 1000,
    },
    'Most',
  );
  const limit =
    bounded > current ? limitUp({ ...input, current }, bounded) : limitDown({ ...input, current }, bounded, wished);
  const observation = { nodes: limit.desired, nowMs };
  return {
    desired: limit.desired,
    heldBack: limit.reason ?? boundReason(input.wish, bounded),
    history: {
      wished,
      most: observeExtreme(input.history.most, { ...observation, windowMs: down.periodSeconds * 1000 }, 'Most'),
      fewest: observeExtreme(
        input.history.fewest,
        { ...observation, windowMs: (up?.periodSeconds ?? 0) * 1000 },
        'Fewest',
      ),
    },
    againAfterMs: limit.againAtMs === undefined ? undefined : Math.max(1, limit.againAtMs - nowMs),
  };
}

interface Limit {
  readonly desired: number;
  readonly reason?: HeldBackReason;
  readonly againAtMs?: number;
}

function limitUp(input: HoldBackInput, bounded: number): Limit {
  const { spec, current, history } = input;
  const rate = spec.rates.up;
  if (rate === undefined) return { desired: bounded };
  const periodMs = rate.periodSeconds * 1000;
  const from = oldest(history.fewest, input, periodMs);
  const ceiling = Math.max(current, Math.min(from.nodes, current) + stepOf(rate, from.nodes));
  if (bounded <= ceiling) return { desired: bounded };
  return { desired: ceiling, reason: 'ScaleUpRate', againAtMs: from.untilMs + periodMs };
}

function limitDown(input: HoldBackInput, bounded: number, wished: readonly Held[]): Limit {
  const { spec, current, history, nowMs } = input;
  if (bounded === current) return { desired: current };
  if (input.unreadable) return { desired: current, reason: 'SignalUnreadable' };
  const most = wished[0] ?? { nodes: bounded, untilMs: nowMs };
  const stable = Math.min(current, most.nodes);
  const rate = spec.rates.down;
  const periodMs = rate.periodSeconds * 1000;
  const from = oldest(history.most, input, periodMs);
  const floor = Math.min(current, Math.max(from.nodes, current) - stepOf(rate, from.nodes));
  if (floor > stable) return { desired: floor, reason: 'ScaleDownRate', againAtMs: from.untilMs + periodMs };
  if (stable === bounded) return { desired: bounded };
  return { desired: stable, reason: 'Stabilizing', againAtMs: most.untilMs + spec.stabilizationSeconds * 1000 };
}

/** What a period's change counts from. The last number holds until now, whenever it was last looked at. */
function oldest(held: readonly Held[], { current, nowMs }: HoldBackInput, periodMs: number): Held {
  const first = held.slice(0, -1).find(({ untilMs }) => untilMs > nowMs - periodMs) ?? held.at(-1);
  return first === undefined || first === held.at(-1) ? { nodes: first?.nodes ?? current, untilMs: nowMs } : first;
}

function stepOf({ nodes, percent }: Rate, from: number): number {
  return Math.max(nodes, Math.ceil((from * percent) / 100));
}

function boundReason(wish: number, bounded: number): HeldBackReason | undefined {
  if (wish === bounded) return undefined;
  return wish > bounded ? 'AtMaximum' : 'AtMinimum';
}

function clamp({ min, max }: Pick<Scaling, 'min' | 'max'>, nodes: number): number {
  return Math.min(max, Math.max(min, nodes));
}
