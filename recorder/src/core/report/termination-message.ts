/** The last report, for an operator that was away: as JSON in what Kubernetes keeps of a container. */
import { create, toJsonString } from '@bufbuild/protobuf';
import { RecorderReportSchema } from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { ReportInit } from './build-report.js';

const maxBytes = 4_096;

/** Of at most 4096 bytes: gaps are left out first, the shortest of them first, then outputs, the last of them first. */
export function terminationMessage(report: ReportInit): string {
  const whole = create(RecorderReportSchema, report);
  const { gaps, outputs } = whole;
  for (let left = 0; left <= gaps.length + outputs.length; left += 1) {
    const keptGaps = Math.max(0, gaps.length - left);
    const text = toJsonString(RecorderReportSchema, {
      ...whole,
      gaps: gaps.slice(0, keptGaps),
      moreGaps: whole.moreGaps + gaps.length - keptGaps,
      outputs: outputs.slice(0, outputs.length - Math.max(0, left - gaps.length)),
    });
    if (Buffer.byteLength(text) <= maxBytes) return text;
  }
  return '';
}
