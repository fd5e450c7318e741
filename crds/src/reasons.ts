/**
 * Law 5: every decision has a reason from this closed vocabulary, seen in status, event, log and metric alike.
 * Each reason stands once, with what it means to the one who reads it.
 */

/** Why a participant goes to that node. */
export const PLACEMENT_REASONS = {
  KeptOnNode: 'It was placed there already.',
  KeptOnMeetingNode: 'The meeting is on that node, in the participant’s region, and it has room.',
  NewNodeInRegion: 'The meeting had no node in the participant’s region, and one was added.',
  SpilledToNewNode: 'The meeting’s nodes in the region are full, and another was added.',
  OtherRegion: 'No node of the participant’s region has room.',
  FirstNode: 'The meeting had no node.',
  RequestedPool: 'The meeting asks for a node in that pool.',
  ReplacedLostNode: 'The meeting’s node was lost.',
  RelievesNode:
    'A node of the meeting carries too much, and none of its others has room for those who are to leave it.',
  BridgesCutNodes: 'Two nodes of the meeting can’t reach each other: what they send goes through this one.',
  ReplacesDrainingNode: 'A node of the meeting is to go, and none of its others has room for the people there.',
} as const;
export type PlacementReason = keyof typeof PLACEMENT_REASONS;

/** Why there is no place. */
export const REFUSAL_REASONS = {
  NoNodeReady: 'No node is ready.',
  NoCapacity: 'Every node that may take it is full.',
  TooManyAtOnce: 'Nodes with room have taken as many newcomers as they may before they report again.',
  MeetingFull: 'The meeting has as many participants as it may have.',
  MeetingEnded: 'The meeting has ended.',
  PoolNotFound: 'The meeting asks for a pool that does not exist.',
  PasscodeSecretMissing: 'The Secret or the key that should hold the passcode is not there, or empty.',
} as const;
export type RefusalReason = keyof typeof REFUSAL_REASONS;

/** Why a meeting's topology is as it is, or was changed. */
export const TOPOLOGY_REASONS = {
  Placed: 'The meeting has its nodes.',
  PartlyPlaced: 'People can join, but not every pool that the meeting asks for gave it a node.',
  RoomAvailable: 'Nobody waits for room in the meeting.',
  SettingsChanged: 'Title, passcode or limits have changed.',
  NodeAddressChanged: 'A node’s addresses have changed.',
  Draining: 'The node is to go: its people are being moved to the meeting’s other nodes.',
  DrainDeadline: 'The time to empty the node is up: who could not be moved reconnects elsewhere.',
  DrainWaits: 'A node of the meeting is to go, and no other has room for its people yet.',
  Drained: 'The node is to go, and nobody of the meeting is on it any more.',
  Relieving: 'The node carries too much: some of its people are being moved to other nodes.',
  Relieved: 'The node carried too much, and the meeting’s people have left it.',
  RelayCut: 'Two nodes of the meeting can’t reach each other: what they send goes through others.',
  NodesCutOff:
    'Nodes of the meeting can’t reach each other, and no other node leads from one to the other: their people don’t see each other.',
  LeftLostNode: 'The node is lost, and the meeting’s other nodes have room for its people.',
  EndedByHost: 'spec.ended was set.',
  Deleted: 'The resource was deleted.',
  Expired: 'ttlSecondsAfterEnd has passed.',
  Orphaned: 'A node holds a meeting whose resource is no more.',
} as const;
export type TopologyReason = keyof typeof TOPOLOGY_REASONS;

/** Why a recorder gets the meeting from that node, or from none. */
export const TAP_REASONS = {
  RecorderCame: 'The meeting has another recorder.',
  TapLeavesNode: 'The node that the recorder got the meeting from is to go, or carries too much.',
  TapLostNode: 'The node that the recorder got the meeting from is lost, or not the meeting’s any more.',
  TapNotNeeded: 'The recorder records the meeting no longer.',
} as const;
export type TapReason = keyof typeof TAP_REASONS;

/** Whether the nodes have what was decided. */
export const APPLY_REASONS = {
  Applied: 'The nodes have the latest topology.',
  NodeUnreachable: 'A node could not be told; it is tried again.',
  NotApplied: 'There is nothing to tell any node.',
} as const;
export type ApplyReason = keyof typeof APPLY_REASONS;

/** Why a node is drained, the most urgent first. */
export const DRAIN_REASONS = {
  PodDeleted: 'The pod was deleted or evicted.',
  HostTainted: 'A taint says that the host is to go.',
  HostUnschedulable: 'The host is cordoned.',
  DrainRequested: 'The pod’s annotation parley.dev/drain asks for it.',
  AboveDesired: 'There are more nodes than desired.',
  OutdatedRevision: 'The node was made from an older template.',
} as const;
export type DrainReason = keyof typeof DRAIN_REASONS;

/** Why the pool controller acts. */
export const POOL_ACTION_REASONS = {
  BelowDesired: 'There are fewer nodes than desired.',
  NodeFailed: 'The node’s pod has failed or was evicted.',
  StillNeeded: 'The node was to go, and is needed after all.',
  DrainWaitOver: 'Meetings had their time to end by themselves: people are moved to other nodes.',
  NodeEmptied: 'Nobody is on the node any more.',
  DrainDeadlineExceeded: 'The time to empty the node is up.',
  CertificateMissing: 'The pod has no certificate.',
  CertificateExpiring: 'The pod’s certificate has passed two thirds of its life.',
  CertificateUntrusted: 'The pod’s certificate, or the authorities that it trusts, are not the current ones.',
} as const;
export type PoolActionReason = DrainReason | keyof typeof POOL_ACTION_REASONS;

/** Why a pool is, or isn't, as it should be. */
export const POOL_STATE_REASONS = {
  AllNodesReady: 'As many nodes as desired take participants.',
  NoNodesDesired: 'No nodes are desired.',
  NodesStarting: 'Nodes are starting.',
  NodesUnschedulable: 'No host fits: see the message.',
  ImageUnavailable: 'The image cannot be pulled: see the message.',
  NodesCrashing: 'Nodes start and end again: see the message.',
  NodesUnreachable: 'Nodes are up but do not answer the operator.',
  HostAddressMissing: 'A host has no address to announce to clients.',
  PodRefused: 'The API server refuses the pods: see the message.',
  NodesDraining: 'Nodes are emptied, and then go.',
  NodesEnding: 'Nodes are on their way out.',
  Settled: 'Nothing is to be done.',
} as const;
export type PoolStateReason = keyof typeof POOL_STATE_REASONS;

/** Whether a meeting with a schedule takes place again. */
export const SCHEDULE_REASONS = {
  ScheduleKnown: 'It takes place now, or will: see the message.',
  ScheduleOver: 'The schedule has no further time.',
  ScheduleUnreadable: 'The schedule cannot be read: see the message.',
} as const;
export type ScheduleReason = keyof typeof SCHEDULE_REASONS;

/** Why a signal wishes as many nodes as it does, or has no say. */
export const SIGNAL_REASONS = {
  LoadMeasured: 'What nodes carry, at target utilization, with headroom.',
  LoadPartlyKnown: 'What nodes carry; one that is up but does not answer counts as full.',
  MeetingsAhead: 'Scheduled meetings begin within the start-up time, or have begun and people are still to come.',
  NoMeetingsAhead: 'No scheduled meeting begins within the start-up time.',
  ScheduleActive: 'The schedule holds now, or will within the start-up time.',
  ScheduleInactive: 'The schedule does not hold now.',
  ScheduleInvalid: 'The schedule cannot be read: see the message.',
  QueryAnswered: 'The query was answered.',
  QueryPending: 'The query was not answered yet.',
  QueryServerNotAllowed: 'The operator may not ask this server: its address is not among those that it was given.',
  QueryUnreachable: 'The server cannot be reached, or does not answer in time.',
  QueryRefused: 'The server answers with an error.',
  QuerySecretMissing: 'A Secret that the query needs, or its key, is not there.',
  QueryEmpty: 'The answer holds no value.',
  QueryAmbiguous: 'The answer holds more than one value, or is of another type.',
  QueryAbsurd: 'The value is no number, infinite, negative, or asks for more nodes than anybody has.',
} as const;
export type SignalReason = keyof typeof SIGNAL_REASONS;

/** Why there are more or fewer nodes than the largest wish. */
export const HELD_BACK_REASONS = {
  AtMaximum: 'scaling.max allows no more.',
  AtMinimum: 'scaling.min allows no fewer.',
  ScaleUpRate: 'scaling.rates.up allows no more yet.',
  ScaleDownRate: 'scaling.rates.down allows no fewer yet.',
  Stabilizing: 'More were wished within the stabilization time.',
  SignalUnreadable: 'A signal cannot be read: no node goes while that lasts.',
} as const;
export type HeldBackReason = keyof typeof HELD_BACK_REASONS;

/** What scaling did. */
export const SCALING_REASONS = {
  ScaledUp: 'More nodes are desired.',
  ScaledDown: 'Fewer nodes are desired.',
} as const;
export type ScalingReason = keyof typeof SCALING_REASONS;

/** Why the TURN controller acts. */
export const TURN_ACTION_REASONS = {
  TurnBelowDesired: 'There are fewer TURN servers than desired.',
  TurnAboveDesired:
    'There are more TURN servers than desired: clients are sent to the others, and it ends when they have left.',
  TurnOutdated: 'The TURN server was made from an older configuration, and another is there in its place.',
  TurnFailed: 'The TURN server’s pod has failed or was evicted.',
  TurnUnconfigured: 'The TURN server has no configuration yet.',
} as const;
export type TurnActionReason = keyof typeof TURN_ACTION_REASONS;

/** Why there are to be that many TURN servers. */
export const TURN_SCALE_REASONS = {
  TurnReplicas: 'turn.replicas says so.',
  TurnAllocations: 'The allocations need so many.',
  TurnBandwidth: 'The bandwidth needs so many.',
  TurnMinimum: 'turn.scaling.min: the load needs no more.',
  TurnMaximum: 'turn.scaling.max: the load needs more.',
  TurnStabilizing: 'So many were needed within turn.scaling.stabilizationSeconds.',
} as const;
export type TurnScaleReason = keyof typeof TURN_SCALE_REASONS;

/** Why a pool's TURN servers are, or aren't, as they should be. */
export const TURN_STATE_REASONS = {
  TurnServersReady: 'As many TURN servers as desired are given to clients.',
  TurnServersStarting: 'TURN servers are starting.',
  TurnServersUnschedulable: 'No host fits a TURN server: see the message.',
  TurnImageUnavailable: 'The image of coturn cannot be pulled: see the message.',
  TurnServersCrashing: 'TURN servers start and end again: see the message.',
  TurnServersUnreachable: 'TURN servers are up but their agents do not answer the operator.',
  TurnAddressMissing: 'The host of a TURN server has no address to announce to clients.',
  TurnPodRefused: 'The API server refuses the pods of TURN servers: see the message.',
  TurnSecretMissing: 'The Secret of turn.secretRef, or its key `secret`, is not there, or unusable.',
} as const;
export type TurnStateReason = keyof typeof TURN_STATE_REASONS;

/** Why a RecordingJob is in its phase. */
export const RECORDING_REASONS = {
  QueuedForNamespace: 'As many meetings of the namespace are recorded as may be at once: it waits for its turn.',
  QueuedForPool: 'As many meetings on the pool are recorded as may be at once: it waits for its turn.',
  QueuedForInstallation: 'As many meetings are recorded as may be at once: it waits for its turn.',
  MeetingNotFound: 'There is no such Meeting in the namespace.',
  WaitsForPeople: 'Nobody is in the meeting yet.',
  StorageSecretMissing: 'The Secret of credentialsSecretRef, or a key of it, is not there: see the message.',
  RecorderStarting: 'Its recorder starts.',
  RecorderUnschedulable: 'No host fits the recorder: see the message.',
  RecorderImageUnavailable: 'The recorder’s image cannot be pulled: see the message.',
  RecorderConfigMissing: 'The recorder’s pod cannot be set up: see the message.',
  RecorderUnreachable: 'The recorder is up but does not answer the operator.',
  RecorderRefused: 'The API server refuses the recorder’s Job: see the message.',
  WaitsForTap: 'The recorder is up, and waits for the meeting’s audio and video.',
  RecordingNow: 'It records.',
  RecorderReplaced: 'The recorder was lost or has ended too early, and another is started in its place.',
  RecordingStops: 'Recording is to stop.',
  Composing: 'Recording is over, and the files are made.',
  Checking: 'The files are made, and decoded whole.',
  RecordingComplete: 'The files are there, and were decoded whole.',
  RecordingHasGaps: 'The files are there, and were decoded whole; status.gaps says what is missing in them.',
  StoppedInQueue: 'It was stopped before it began.',
  ConfigurationInvalid: 'The recorder cannot do what the spec asks for: see the message.',
  BucketNotFound: 'There is no such bucket.',
  StorageDenied: 'The store refuses the credentials, or what they are used for: see the message.',
  StorageUnreachable: 'The store does not answer: see the message.',
  StorageFull: 'The store takes no more: see the message.',
  NothingRecorded: 'Nobody sent audio or video while it recorded.',
  CompositionFailed: 'The files could not be made: see the message.',
  CheckFailed: 'What was made does not decode, or is not as long as what was recorded: see the message.',
  DiskFull: 'The recorder’s disk is full: see the message.',
  RecorderGaveUp: 'The recorder has failed too often: what it had recorded is kept in its store, in segments.',
  RecorderTimedOut: 'The recorder took too long: what it had recorded is kept in its store, in segments.',
  OutcomeUnknown: 'The recorder has ended, and its last report is lost: what it had recorded is kept in its store.',
} as const;
export type RecordingReason = keyof typeof RECORDING_REASONS | 'MeetingEnded';

/** Whether what a RecordingJob records reaches its store, and is kept there. */
export const RECORDING_STORAGE_REASONS = {
  Storing: 'What is recorded is stored.',
  NothingStored: 'It has stored nothing.',
  DataStored: 'What it has recorded is in its store.',
  RetentionOver: 'Its retention is over, and all that it had stored was deleted.',
  DataDeleted: 'It was deleted, and with it all that it had stored.',
  DeletingData: 'What it has stored is being deleted.',
  DeletionFailed: 'What it has stored could not be deleted, which is tried again: see the message.',
} as const;
export type RecordingStorageReason = keyof typeof RECORDING_STORAGE_REASONS;

/** Why the recording controller acts. */
export const RECORDING_ACTION_REASONS = {
  TurnCame: 'It is its turn to record.',
  RequestedByHost: 'The meeting’s host asked for it.',
  AutomaticRecording: 'People have gathered in a meeting that is recorded automatically.',
  RecorderOver: 'The recorder has ended, and its outcome is in the status.',
} as const;
export type RecordingActionReason =
  keyof typeof RECORDING_ACTION_REASONS | RecordingEndReason | RecordingReason | RecordingStorageReason;

/** Why a meeting's host gets no recording. */
export const RECORDING_REFUSAL_REASONS = {
  RecordingOff: 'The meeting is not to be recorded: its spec.recording.mode is Off, or not there.',
} as const;

/** Why a file of a recording cannot be fetched by a link. */
export const RECORDING_LINK_REFUSALS = {
  RecordingOnVolume: 'The recording is on a volume, which nothing serves: read it there.',
  StoreKeysUnknown:
    'Links are signed with the keys in the storage’s credentialsSecretRef, and there are none: read the recording in its store.',
  RecordingDataDeleted: 'What was recorded has been deleted.',
} as const;
export type RecordingLinkRefusal = keyof typeof RECORDING_LINK_REFUSALS;

export type RecordingRefusalReason = keyof typeof RECORDING_REFUSAL_REASONS | 'MeetingEnded';

/** Why recording was over. */
export const RECORDING_END_REASONS = {
  Stopped: 'It was stopped.',
  MaxDuration: 'It has recorded for maxDurationSeconds.',
  MeetingEmpty: 'Nobody was in the meeting for emptyMeetingSeconds.',
} as const;
export type RecordingEndReason = keyof typeof RECORDING_END_REASONS | 'MeetingEnded';

export type ConditionReason =
  | TopologyReason
  | RefusalReason
  | ApplyReason
  | PoolStateReason
  | ScheduleReason
  | TurnStateReason
  | RecordingReason
  | RecordingStorageReason;
export type Reason =
  | PlacementReason
  | PoolActionReason
  | ConditionReason
  | SignalReason
  | HeldBackReason
  | ScalingReason
  | TapReason
  | TurnActionReason
  | TurnScaleReason
  | RecordingActionReason
  | RecordingRefusalReason
  | RecordingLinkRefusal;

const MEANINGS: Readonly<Record<Reason, string>> = {
  ...PLACEMENT_REASONS,
  ...REFUSAL_REASONS,
  ...TOPOLOGY_REASONS,
  ...TAP_REASONS,
  ...APPLY_REASONS,
  ...DRAIN_REASONS,
  ...POOL_ACTION_REASONS,
  ...POOL_STATE_REASONS,
  ...SCHEDULE_REASONS,
  ...SIGNAL_REASONS,
  ...HELD_BACK_REASONS,
  ...SCALING_REASONS,
  ...TURN_ACTION_REASONS,
  ...TURN_SCALE_REASONS,
  ...TURN_STATE_REASONS,
  ...RECORDING_REASONS,
  ...RECORDING_STORAGE_REASONS,
  ...RECORDING_ACTION_REASONS,
  ...RECORDING_REFUSAL_REASONS,
  ...RECORDING_LINK_REFUSALS,
  ...RECORDING_END_REASONS,
};

/** What a reason means, in one sentence. */
export function meaningOf(reason: Reason): string {
  return MEANINGS[reason];
}
