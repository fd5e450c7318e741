/** Labels and annotations, ours and others' that we read. */
export const POOL_LABEL = 'parley.dev/pool';
export const NODE_LABEL = 'parley.dev/node';
/** Of a TURN server's pod: its pool. They don't have `parley.dev/pool`, for they are no nodes. */
export const TURN_POOL_LABEL = 'parley.dev/turn-pool';
export const REGION_LABEL = 'parley.dev/region';
/** Of a pod: which template it was made from. */
export const REVISION_LABEL = 'parley.dev/revision';
/** On a host: the addresses, with commas between, that clients reach its media ports at. */
export const ANNOUNCED_ADDRESS_ANNOTATION = 'parley.dev/announced-address';
/** On a node's pod, with any value but `false`: it is to be drained. Taking it away, before the node has gone, cancels that. */
export const DRAIN_ANNOTATION = 'parley.dev/drain';
/** On a pod that is being drained, written by the operator: how far that is, and where a new leader finds it. */
export const DRAIN_PHASE_LABEL = 'parley.dev/drain-phase';
export const DRAIN_REASON_ANNOTATION = 'parley.dev/drain-reason';
export const DRAIN_SINCE_ANNOTATION = 'parley.dev/drain-since';
export const DRAIN_DEADLINE_ANNOTATION = 'parley.dev/drain-deadline';
/** Of a recorder's batch Jobs, their pods and their Secret: what the names of all of them begin with. */
export const RECORDER_LABEL = 'parley.dev/recorder';
/** On the same: how many recorders' Jobs were made before it for the RecordingJob, and one. */
export const RECORDING_ATTEMPT_LABEL = 'parley.dev/recording-attempt';
/** On the same: the name of the RecordingJob, which a label may be too short for. */
export const RECORDING_ANNOTATION = 'parley.dev/recording';
/** Of a RecordingJob that the operator made, and of recorders: the meeting's id. */
export const MEETING_ID_LABEL = 'parley.dev/meeting-id';
/** Of a RecordingJob: who asked for it, `Automatic` or `Manual`; without it, whoever made it. */
export const RECORDING_ORIGIN_LABEL = 'parley.dev/recording-origin';
/** On a RecordingJob: it is not gone before it was stopped, and its data is complete or reported as not. */
export const RECORDING_FINALIZER = 'parley.dev/recording';
/** On a Secret: until when its certificate holds, and what it was issued for. */
export const CERTIFICATE_ANNOTATION = 'parley.dev/certificate';

export const APP_NAME_LABEL = 'app.kubernetes.io/name';
export const APP_COMPONENT_LABEL = 'app.kubernetes.io/component';
export const APP_MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const HOSTNAME_LABEL = 'kubernetes.io/hostname';
export const ZONE_LABEL = 'topology.kubernetes.io/zone';
