import { API_VERSION } from '@parley/crds/api-group.js';
import { parseMeeting, type Meeting } from '@parley/crds/meeting.js';
import { parseRecordingJob, type RecordingJob } from '@parley/crds/recording-job.js';
import { parseSFUPool, type SFUPool } from '@parley/crds/sfu-pool.js';
import type { KubeResource } from '../kube/kube-resource.js';

export const MEETINGS: KubeResource<Meeting> = {
  apiVersion: API_VERSION,
  kind: 'Meeting',
  plural: 'meetings',
  namespaced: true,
  parse: parseMeeting,
};

export const SFU_POOLS: KubeResource<SFUPool> = {
  apiVersion: API_VERSION,
  kind: 'SFUPool',
  plural: 'sfupools',
  namespaced: true,
  parse: parseSFUPool,
};

export const RECORDING_JOBS: KubeResource<RecordingJob> = {
  apiVersion: API_VERSION,
  kind: 'RecordingJob',
  plural: 'recordingjobs',
  namespaced: true,
  parse: parseRecordingJob,
};
