/** A track by copies that come and go, with consumers that do as they are told. */
import { EventEmitter } from 'node:events';
import { createLogger } from '@parley/process/log.js';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TrackFeed } from './track-feed.js';

class FakeConsumer extends EventEmitter {
  readonly observer = new EventEmitter();
  readonly type: types.ConsumerType;
  readonly rtpParameters: { codecs: object[]; encodings: object[] };
  readonly layers: number[] = [];
  keyFrames = 0;
  closed = false;
  resumed = false;

  constructor(ssrc: number, type: types.ConsumerType) {
    super();
    this.type = type;
    this.rtpParameters = {
      codecs: [{ payloadType: 100, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc }],
    };
  }

  resume(): Promise<void> {
    this.resumed = true;
    return Promise.resolve();
  }
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.observer.emit('close');
  }
  setPreferredLayers({ spatialLayer }: types.ConsumerLayers): Promise<void> {
    this.layers.push(spatialLayer);
    return Promise.resolve();
  }
  requestKeyFrame(): Promise<void> {
    this.keyFrames += 1;
    return Promise.resolve();
  }
  /** Packets of these timestamps come in. */
  bring(...timestamps: number[]): void {
    for (const timestamp of timestamps) {
      const packet = Buffer.alloc(13);
      packet.writeUInt32BE(timestamp, 4);
      this.emit('rtp', packet);
    }
  }
}

const heard: string[] = [];
/** By the copy's id on the router. */
let consumers: Map<string, FakeConsumer>;
let best: string | undefined;
let failures: number;
const feeds: TrackFeed[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  heard.length = 0;
  consumers = new Map();
  best = 'a';
  failures = 0;
});
afterEach(() => {
  for (const feed of feeds.splice(0)) feed.close();
  vi.useRealTimers();
});

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const consumer = (localId: string): FakeConsumer => consumers.get(localId)!;

async function aFeed(kind: 'audio' | 'video' = 'audio', type: types.ConsumerType = 'simple'): Promise<TrackFeed> {
  const feed = new TrackFeed({ id: 't', kind }, undefined, {
    ensureLocal: () => (best === undefined ? Promise.reject(new Error('no way')) : Promise.resolve(best)),
    consume: async (localId) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (failures > 0) {
        failures -= 1;
        throw new Error('no worker');
      }
      const made = new FakeConsumer(consumers.size + 1, type);
      consumers.set(localId, made);
      return made as unknown as types.Consumer;
    },
    listener: {
      streamStarted: (_, { number, ssrc, keepsTimestamps }) =>
        heard.push(`stream ${String(number)} of ${String(ssrc)}${keepsTimestamps ? '' : ' anew'}`),
      packet: (_, rtp) => heard.push(String(rtp.readUInt32BE(4))),
    },
    log: createLogger({ process: 'test', level: 'silent' }),
  });
  feeds.push(feed);
  await settle(10);
  return feed;
}

/** Another copy is the best from now on. */
async function comes(feed: TrackFeed, localId: string): Promise<void> {
  best = localId;
  feed.superseded();
  await settle(10);
}

it('begins with its first packet', async () => {
  await aFeed();
  expect(consumer('a').resumed).toBe(true);
  expect(heard).toEqual([]);
  consumer('a').bring(1, 2);
  expect(heard).toEqual(['stream 1 of 1 anew', '1', '2']);
});

it('goes over to another copy where the first has come to its beginning, and lets that go', async () => {
  const feed = await aFeed();
  consumer('a').bring(1, 2);
  await comes(feed, 'b');
  consumer('b').bring(4, 5);
  consumer('a').bring(3);
  expect(heard.slice(3)).toEqual(['3']);
  consumer('a').bring(4);
  expect(heard.slice(4)).toEqual(['stream 2 of 2', '4', '5']);
  expect([consumer('a').closed, consumer('b').closed]).toEqual([true, false]);
  consumer('b').bring(6);
  expect(heard.at(-1)).toBe('6');
});

it('waits for no copy that brings nothing any more', async () => {
  const feed = await aFeed();
  consumer('a').bring(1);
  await comes(feed, 'b');
  consumer('b').bring(3, 4);
  await settle(1_000);
  expect(heard.slice(2)).toEqual(['stream 2 of 2', '3', '4']);
});

it('goes over at once where the first copy ends by itself', async () => {
  const feed = await aFeed();
  consumer('a').bring(1);
  await comes(feed, 'b');
  consumer('b').bring(3);
  consumer('a').close();
  expect(heard.slice(2)).toEqual(['stream 2 of 2', '3']);
  consumer('b').bring(4);
  expect(heard.at(-1)).toBe('4');
});

it('takes a copy that has brought nothing yet when the first ends, as its next stream', async () => {
  const feed = await aFeed();
  consumer('a').bring(1);
  await comes(feed, 'b');
  consumer('a').close();
  expect(heard.slice(2)).toEqual([]);
  consumer('b').bring(5);
  expect(heard.slice(2)).toEqual(['stream 2 of 2', '5']);
});

it('stays with its copy when the other ends before it was needed', async () => {
  const feed = await aFeed();
  consumer('a').bring(1);
  await comes(feed, 'b');
  consumer('b').bring(3);
  consumer('b').close();
  consumer('a').bring(2, 3, 4);
  expect(heard.slice(2)).toEqual(['2', '3', '4']);
});

it.each([7, 5_000])(
  'pictures in layers have other times by another copy, and begin where they begin: %d',
  async (first) => {
    const feed = await aFeed('video', 'simulcast');
    consumer('a').bring(900, 901);
    await comes(feed, 'b');
    consumer('b').bring(first);
    consumer('a').bring(902);
    expect(heard).toEqual(['stream 1 of 1 anew', '900', '901', 'stream 2 of 2 anew', String(first)]);
  },
);

it('looks again when another copy became the best while one was taken', async () => {
  const feed = await aFeed();
  consumer('a').bring(1);
  best = 'b';
  feed.superseded();
  await settle(5);
  await comes(feed, 'c');
  await settle(20);
  expect([...consumers.keys()]).toEqual(['a', 'b', 'c']);
  expect(consumer('b').closed).toBe(true);
  consumer('c').bring(1, 2);
  consumer('a').bring(2);
  expect(heard.slice(2)).toEqual(['stream 2 of 3', '2']);
});

it('comes back after all is lost, however often that fails', async () => {
  await aFeed();
  consumer('a').bring(1);
  failures = 3;
  vi.useRealTimers();
  const before = consumer('a');
  before.close();
  await vi.waitFor(() => expect(consumer('a')).not.toBe(before), { timeout: 10_000 });
  await vi.waitFor(() => expect(consumer('a').resumed).toBe(true));
  consumer('a').bring(9);
  expect(heard.slice(2)).toEqual(['stream 2 of 2', '9']);
});

it('asks for key frames once a second at most, and forgets no wish', async () => {
  const feed = await aFeed('video');
  for (let times = 0; times < 5; times += 1) feed.requestKeyFrame();
  await settle();
  expect(consumer('a').keyFrames).toBe(1);
  feed.requestKeyFrame();
  await settle(999);
  expect(consumer('a').keyFrames).toBe(1);
  await settle(1);
  expect(consumer('a').keyFrames).toBe(2);
});

it('prefers a layer on what it has, and on what comes', async () => {
  const feed = await aFeed('video', 'simulcast');
  consumer('a').bring(1);
  feed.prefer(1);
  feed.prefer(1);
  best = 'b';
  feed.superseded();
  await settle(5);
  feed.prefer(0);
  await settle(10);
  expect([consumer('a').layers, consumer('b').layers]).toEqual([[1, 0], [0]]);
});

it('tells nothing more once it is closed, and leaves no consumer', async () => {
  const feed = await aFeed();
  await comes(feed, 'b');
  feed.close();
  for (const each of consumers.values()) each.bring(1);
  expect(heard).toEqual([]);
  expect([...consumers.values()].every(({ closed }) => closed)).toBe(true);
  await settle(10_000);
  expect(consumers.size).toBe(2);
});
