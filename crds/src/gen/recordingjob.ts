// Generated from crds/manifests/parley.dev_recordingjobs.yaml by crds/src/bin/generate.ts. Do not edit.

export interface RecordingJobContent {
  spec: RecordingJobSpec;
  status?: RecordingJobStatus;
}
/**
 * What is recorded, how it is composed, and where it goes.
 */
export interface RecordingJobSpec {
  /**
   * The Meeting. Cannot be changed.
   */
  meetingRef: {
    /**
     * Name of a Meeting in the job's namespace.
     */
    name: string;
  };
  /**
   * Where segments and results go. One of the two. Cannot be changed.
   */
  storage: {
    /**
     * A bucket of an S3-compatible store.
     */
    s3?: {
      /**
       * Its name.
       */
      bucket: string;
      /**
       * Put before the name of each object; the namespace, the meeting's id and the job's uid follow.
       */
      prefix: string;
      /**
       * URL of a store that is not Amazon's. Unset: Amazon S3 of the region.
       */
      endpoint?: string;
      /**
       * URL at which browsers reach the same store, for links to recordings. Unset: as endpoint.
       */
      publicEndpoint?: string;
      /**
       * Region of the bucket.
       */
      region: string;
      /**
       * The bucket is in the path, not in the host's name, as most stores that are not Amazon's want it.
       */
      forcePathStyle: boolean;
      /**
       * How the store encrypts what it keeps. Unset: as the bucket is set.
       */
      serverSideEncryption?: 'AES256' | 'aws:kms';
      /**
       * A Secret with the keys accessKeyId and secretAccessKey, and sessionToken where there is one. Unset: the identity of serviceAccountName.
       */
      credentialsSecretRef?: {
        /**
         * Name of a Secret in the same namespace.
         */
        name: string;
      };
    };
    /**
     * A volume, which several pods may mount in turn.
     */
    persistentVolumeClaim?: {
      /**
       * Name of a PersistentVolumeClaim in the same namespace.
       */
      claimName: string;
    };
  };
  /**
   * Gallery: everybody in equal tiles. ActiveSpeaker: who speaks, large, and the others beside. Screen shares come first in both.
   */
  layout: 'Gallery' | 'ActiveSpeaker';
  /**
   * What is made of the segments. MP4: one composed file, 1080p H.264 and AAC. HLS: the same as a playlist. Audio: one mixed AAC file. Tracks: one file for each track.
   */
  outputs: ('MP4' | 'HLS' | 'Audio' | 'Tracks')[];
  /**
   * So many days after its end all that the job has stored is deleted, and nothing else. 0: never.
   */
  retentionDays: number;
  /**
   * It stops by itself after so long, and is composed.
   */
  maxDurationSeconds: number;
  /**
   * It stops when for so long nobody was in the meeting.
   */
  emptyMeetingSeconds: number;
  /**
   * Keep the segments beside what was made of them, until retention is over.
   */
  keepSegments: boolean;
  /**
   * The recorder's pod runs as this service account of the namespace, whose identity the store knows. It gets no token of the API server. Unset: default.
   */
  serviceAccountName?: string;
  /**
   * How much is kept on the recorder's disk while the store cannot be reached. When it is full, recording pauses, and the status says which seconds are missing.
   */
  bufferMebibytes: number;
  /**
   * What the recorder's pod asks for. Unset: by how many people are expected in the meeting (see docs/recording.md).
   */
  resources?: {
    /**
     * What the scheduler sets aside.
     */
    requests?: {
      [k: string]: number | string;
    };
    /**
     * What it may use at most.
     */
    limits?: {
      [k: string]: number | string;
    };
  };
  /**
   * When the RecordingJob is deleted. Retain: what it has stored stays, and is nobody's to delete but yours. Delete: all of it is deleted first.
   */
  deletionPolicy: 'Retain' | 'Delete';
  /**
   * Set to true, it stops recording and composes what there is. Cannot be undone.
   */
  stop: boolean;
}
/**
 * What the recording is, written by the operator.
 */
export interface RecordingJobStatus {
  /**
   * Generation of the spec that this status tells of.
   */
  observedGeneration?: number;
  /**
   * Queued: it waits; the conditions say for what. Starting: its recorder starts. Recording: it records. Finalizing: recording is over, and the files are made and checked. Completed: they are there. Failed: it is over, and they are not; the conditions say why.
   */
  phase?: 'Queued' | 'Starting' | 'Recording' | 'Finalizing' | 'Completed' | 'Failed';
  /**
   * Id of the meeting, such as abc-defg-hij.
   */
  meetingId?: string;
  /**
   * While it waits for its turn, its place among those that wait for the same limit; 1 is next.
   */
  queuePosition?: number;
  /**
   * The SFUPool whose limit it counts for, since it started.
   */
  pool?: string;
  /**
   * The pod that records, or did last.
   */
  recorder?: string;
  /**
   * How often a recorder was started.
   */
  attempts?: number;
  /**
   * The first second that it holds.
   */
  startedAt?: string;
  /**
   * When recording was over.
   */
  endedAt?: string;
  /**
   * Why recording was over.
   */
  endReason?: 'Stopped' | 'MeetingEnded' | 'MaxDuration' | 'MeetingEmpty';
  /**
   * When it was Completed or Failed; retentionDays counts from here.
   */
  finishedAt?: string;
  /**
   * When what it has stored is deleted.
   */
  expiresAt?: string;
  /**
   * When all that it had stored was deleted.
   */
  deletedAt?: string;
  /**
   * Where all that it stores is, such as s3://bucket/prefix/ or claim:path/.
   */
  location?: string;
  /**
   * Seconds of the meeting that were recorded, as last written.
   */
  recordedSeconds?: number;
  /**
   * Seconds of media that should be in it and are not, of all tracks together, rounded up.
   */
  missingSeconds?: number;
  /**
   * Tracks that were recorded.
   */
  tracks?: number;
  /**
   * Segments that are stored, as last written.
   */
  segments?: number;
  /**
   * Bytes that were stored, as last written.
   */
  uploadedBytes?: number;
  /**
   * How much of composing and checking is done.
   */
  progressPercent?: number;
  /**
   * What is missing, the longest first.
   */
  gaps?: {
    /**
     * Id of the track.
     */
    track: string;
    /**
     * Name of the one whose track it is.
     */
    participant?: string;
    /**
     * Since startedAt.
     */
    startSeconds: number;
    /**
     * For how long.
     */
    seconds: number;
    /**
     * RecorderLost: no recorder ran. RelayLost: the way to the recorder was interrupted. BufferFull: the store could not be reached for so long that the buffer was full. UploadLost: it was lost with its recorder before it was stored. NoMedia: nothing was sent.
     */
    reason: 'RecorderLost' | 'RelayLost' | 'BufferFull' | 'UploadLost' | 'NoMedia';
  }[];
  /**
   * How many there are beyond those in gaps.
   */
  moreGaps?: number;
  /**
   * What was made, decoded whole before it was listed here.
   */
  outputs?: {
    /**
     * What it is.
     */
    kind: 'MP4' | 'HLS' | 'Audio' | 'Track' | 'Poster' | 'Thumbnail' | 'Timeline' | 'Transcript';
    /**
     * Key of the object in the bucket, or its path on the volume.
     */
    key: string;
    /**
     * Its size.
     */
    bytes: number;
    /**
     * How long it plays.
     */
    durationSeconds?: number;
    /**
     * Of its content, in hexadecimal.
     */
    sha256?: string;
  }[];
  /**
   * How many there are beyond those in outputs.
   */
  moreOutputs?: number;
  /**
   * Complete: the files are there and were checked; until then, and if not, the reason says why. Storing: what is recorded reaches its store. Stored: what it has recorded is in the store; not any more once it was deleted.
   *
   * Items: One aspect of the recording's state.
   */
  conditions?: {
    /**
     * Which aspect.
     */
    type: string;
    /**
     * Whether it holds.
     */
    status: 'True' | 'False' | 'Unknown';
    /**
     * Why, from a closed vocabulary.
     */
    reason: string;
    /**
     * The same in words.
     */
    message: string;
    /**
     * When `status` last changed.
     */
    lastTransitionTime: string;
    /**
     * Generation of the spec that this tells of.
     */
    observedGeneration?: number;
  }[];
}
