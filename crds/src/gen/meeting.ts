// Generated from crds/manifests/parley.dev_meetings.yaml by crds/src/bin/generate.ts. Do not edit.

export interface MeetingContent {
  spec: MeetingSpec;
  status?: MeetingStatus;
}
/**
 * What the meeting should be. An empty spec is a good one.
 */
export interface MeetingSpec {
  /**
   * SFU: everybody sends and receives. Webinar: who joins with the passcode of speakerPasscodeSecretRef speaks; all others are viewers, who only receive, and whom nobody sees. Cannot be changed.
   */
  mode: 'SFU' | 'Webinar';
  /**
   * What people see that they join. Unset: the name of the resource.
   */
  title?: string;
  /**
   * Pools, in the meeting's namespace, that the meeting gets a node of at once, each of another name, so that people find their region warm. It uses no others. Empty: one node of any pool of the namespace, and more when it grows. Cannot be changed.
   */
  pools: {
    /**
     * Name of an SFUPool in the meeting's namespace.
     */
    name: string;
  }[];
  /**
   * How many people will likely come; if more came the last times (status.gatherings), so many. The meeting is put where so many have room; with schedule, pools with scaling have room for them in time. The default is what meetings have on average; say it for larger ones.
   */
  expectedParticipants: number;
  /**
   * How many people may be in the meeting at once; more are refused.
   */
  maxParticipants: number;
  /**
   * A Secret that holds the passcode that people must give to join. Unset: none is asked.
   */
  passcodeSecretRef?: {
    /**
     * Name of a Secret in the meeting's namespace.
     */
    name: string;
    /**
     * Key in the Secret.
     */
    key: string;
  };
  /**
   * Of a Webinar: a Secret that holds the passcode with which people join as speakers. They need no other.
   */
  speakerPasscodeSecretRef?: {
    /**
     * Name of a Secret in the meeting's namespace.
     */
    name: string;
    /**
     * Key in the Secret.
     */
    key: string;
  };
  /**
   * A Secret that holds the passcode with which people join as hosts, who start, stop, see and delete the meeting's recordings. They need no other, and in a Webinar they speak. Unset: nobody is a host, and recordings are for those who have kubectl.
   */
  hostPasscodeSecretRef?: {
    /**
     * Name of a Secret in the meeting's namespace.
     */
    name: string;
    /**
     * Key in the Secret.
     */
    key: string;
  };
  /**
   * When people will come, so that pools with scaling have nodes for expectedParticipants before they do. People can join at any time all the same.
   */
  schedule?: {
    /**
     * When it begins, for the first time, as a clock in timeZone shows it, such as 2026-09-01T09:30:00.
     */
    start: string;
    /**
     * For how long.
     */
    durationMinutes: number;
    /**
     * Name of the time zone of start, such as Europe/Berlin. The meeting stays at that hour when clocks change.
     */
    timeZone: string;
    /**
     * How it repeats, as a recurrence rule of RFC 5545 with FREQ (DAILY, WEEKLY, MONTHLY, YEARLY), INTERVAL, COUNT (up to 999), UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST, such as FREQ=WEEKLY;BYDAY=MO,WE. Unset: it takes place once. A time that does not exist because clocks are put forward is left out.
     */
    rrule?: string;
  };
  /**
   * Whether and how the meeting is recorded: what the RecordingJobs are made from that it, or its host, starts. One that was started keeps what it was started with.
   */
  recording?: {
    /**
     * Off: it is not recorded, but for RecordingJobs that somebody makes. Manual: the host starts and stops recordings. Automatic: a RecordingJob is made each time that people gather, when the first is in; the host can stop it.
     */
    mode: 'Off' | 'Manual' | 'Automatic';
    /**
     * Whether people also hear that the meeting is recorded, where their browser can speak: as it begins, and as they come in. They see it in any case. Holds for every recording of the meeting.
     */
    announce: boolean;
    /**
     * Where segments and results go. One of the two.
     */
    storage?: {
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
  };
  /**
   * Set to true, it ends the meeting for everyone. Cannot be undone.
   */
  ended: boolean;
  /**
   * So many seconds after its end the resource is deleted. Unset: never.
   */
  ttlSecondsAfterEnd?: number;
}
/**
 * What the meeting is, written by the operator.
 */
export interface MeetingStatus {
  /**
   * Generation of the spec that this status tells of.
   */
  observedGeneration?: number;
  /**
   * Pending: it has no node yet; the conditions say why. Placed: people can join. Active: people are in it. Ended: it is over.
   */
  phase?: 'Pending' | 'Placed' | 'Active' | 'Ended';
  /**
   * What people join by, such as abc-defg-hij; made from the resource's uid.
   */
  meetingId?: string;
  /**
   * Where people join.
   */
  joinURL?: string;
  /**
   * Counts the changes of placements and relays; nodes refuse an older one.
   */
  epoch?: number;
  /**
   * Names of the nodes that the meeting is on, as in placements.
   */
  nodes?: string[];
  /**
   * The meeting's share of each of its nodes.
   */
  placements?: {
    /**
     * Name of the node and of its pod.
     */
    node: string;
    /**
     * The node's SFUPool.
     */
    pool: string;
    /**
     * The node's region.
     */
    region: string;
    /**
     * How many people of this meeting the node takes.
     */
    participantLimit: number;
    /**
     * In a Webinar: only viewers are sent to the node, and what speakers send reaches it by others.
     */
    viewersOnly?: boolean;
  }[];
  /**
   * The links over which its nodes pass on audio and video to each other.
   */
  relays?: {
    /**
     * The node that dials.
     */
    from: string;
    /**
     * The node that is dialled.
     */
    to: string;
    /**
     * Peer: between nodes of equal standing. Leaf: from a node up to the hub of its region.
     */
    kind: 'Peer' | 'Leaf';
  }[];
  /**
   * The recorders that take part, each with the node that it gets the meeting from. Absent while there is none.
   */
  taps?: {
    /**
     * Name of the recorder's pod.
     */
    recorder: string;
    /**
     * Name of the node.
     */
    node: string;
  }[];
  /**
   * People in the meeting, as last written (at most every 5 s). Exact counts are in the metrics.
   */
  participants?: {
    /**
     * All of them.
     */
    total?: number;
    /**
     * By the region of their node.
     */
    regions?: {
      /**
       * The region.
       */
      region: string;
      /**
       * People on nodes of that region.
       */
      participants: number;
    }[];
  };
  /**
   * The last times that two or more people were in it, the latest first: room is kept for as many the next time.
   */
  gatherings?: {
    /**
     * When the last of them had left.
     */
    endedAt: string;
    /**
     * The most people at once.
     */
    peak: number;
  }[];
  /**
   * When the first participant was seen in it.
   */
  startedAt?: string;
  /**
   * When it ended; ttlSecondsAfterEnd counts from here.
   */
  endedAt?: string;
  /**
   * Why it ended. EndedByHost: spec.ended was set.
   */
  endReason?: 'EndedByHost';
  /**
   * Placed: it has a node in each pool that it asks for, so people can join. Applied: its nodes have its latest topology. Scheduled, with spec.schedule: it takes place now, or will again.
   *
   * Items: One aspect of the meeting's state.
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
