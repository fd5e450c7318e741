import { kubectl, type Pod } from './kubectl.js';

/** What one pod says on /metrics. */
export interface PodMetrics {
  /** The sum of a metric's samples that carry these labels; 0 when there is none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

const telemetryPort = 9090;

export async function readMetrics({ metadata }: Pod): Promise<PodMetrics> {
  return parseMetrics(
    await kubectl([
      'get',
      '--raw',
      `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}:${telemetryPort}/proxy/metrics`,
    ]),
  );
}

export function parseMetrics(text: string): PodMetrics {
  const samples = text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: parseLabels(labels), value: Number(value) }];
  });
  return {
    sum: (name, labels = {}) =>
      samples
        .filter(
          (sample) =>
            sample.name === name && Object.entries(labels).every(([key, wanted]) => sample.labels.get(key) === wanted),
        )
        .reduce((sum, { value }) => sum + value, 0),
  };
}

function parseLabels(text: string): Map<string, string> {
  return new Map([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [key, value]));
}
