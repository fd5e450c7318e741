// Generated from crds/manifests/parley.dev_sfupools.yaml by crds/src/bin/generate.ts. Do not edit.

export interface SFUPoolContent {
  spec: SFUPoolSpec;
  status?: SFUPoolStatus;
}
/**
 * What the pool should be.
 */
export interface SFUPoolSpec {
  /**
   * Where the nodes are, such as eu-west. Participants are put on nodes of their own region first. Cannot be changed.
   */
  region: string;
  /**
   * How many nodes there should be, for people, a HorizontalPodAutoscaler or KEDA to set through the scale subresource. With fewer than before, surplus nodes are drained. With scaling it is left out.
   */
  replicas: number;
  /**
   * How many nodes there should be is decided by the operator. Each signal wishes a number of nodes, and the largest wish wins, within min and max: at once when it is more, after stabilization when it is less. Unset: replicas decides.
   */
  scaling?: {
    /**
     * Never fewer nodes than this.
     */
    min: number;
    /**
     * Never more nodes than this.
     */
    max: number;
    /**
     * How full nodes should be on the whole, by the scarcest of what they have (see capacity) and of CPU. The rest is for the growth of meetings that they have.
     */
    targetUtilizationPercent: number;
    /**
     * Room for people who come before another node is up, beside the load that there is. One of the two.
     */
    headroom: {
      /**
       * For so many people.
       */
      participants?: number;
      /**
       * For so much of the load that there is.
       */
      percent?: number;
    };
    /**
     * How long it takes from the decision until a new node takes participants. What is known ahead is counted so much earlier.
     */
    startupSeconds: number;
    /**
     * Nodes go only when for so long no more were wished: the largest wish of that time counts.
     */
    stabilizationSeconds: number;
    /**
     * How fast the number may change.
     */
    rates: {
      /**
       * How many nodes may come within a period. Unset: as many as are wished.
       */
      up?: {
        /**
         * So many nodes; where percent gives more, that counts.
         */
        nodes: number;
        /**
         * So much of the nodes that there are, rounded up.
         */
        percent: number;
        /**
         * The period.
         */
        periodSeconds: number;
      };
      /**
       * How many nodes may go within a period.
       */
      down: {
        /**
         * So many nodes; where percent gives more, that counts.
         */
        nodes: number;
        /**
         * So much of the nodes that there are, rounded up.
         */
        percent: number;
        /**
         * The period.
         */
        periodSeconds: number;
      };
    };
    /**
     * Times at which there are at least so many nodes, whatever the load.
     */
    schedules?: {
      /**
       * What it is called in the status.
       */
      name: string;
      /**
       * When it begins: minute, hour, day of the month, month, day of the week.
       */
      cron: string;
      /**
       * Name of the time zone that cron is read in, such as Europe/Berlin.
       */
      timeZone: string;
      /**
       * For how long it holds from there.
       */
      durationSeconds: number;
      /**
       * At least so many nodes.
       */
      nodes?: number;
      /**
       * At least as many nodes as so many people need at target utilization.
       */
      participants?: number;
    }[];
    /**
     * Queries that wish for nodes. One that cannot be answered, or whose answer makes no sense, is ignored; while that lasts, no node goes.
     */
    prometheus?: {
      /**
       * What it is called in the status.
       */
      name: string;
      /**
       * Where Prometheus, or what speaks its HTTP API, is; /api/v1/query is put behind it. The operator asks servers that it was given (operator.prometheusServers of the chart), and no other.
       */
      serverURL: string;
      /**
       * A PromQL expression that gives one value.
       */
      query: string;
      /**
       * The value is a total of which one node takes so much: value / perNode nodes are wished.
       */
      perNode?: number;
      /**
       * The value is a mean over the nodes that there are, and should be so much: nodes × value / threshold nodes are wished; less than 10 % off, nothing changes.
       */
      threshold?: number;
      /**
       * How often it is asked.
       */
      intervalSeconds: number;
      /**
       * For how long an answer is awaited.
       */
      timeoutSeconds: number;
      /**
       * A Secret that holds a token to send along.
       */
      bearerTokenSecretRef?: {
        /**
         * Name of a Secret in the pool's namespace.
         */
        name: string;
        /**
         * Key in the Secret.
         */
        key: string;
      };
      /**
       * A Secret that holds the certificates (PEM) that the server is trusted by. Unset: the public ones.
       */
      caSecretRef?: {
        /**
         * Name of a Secret in the pool's namespace.
         */
        name: string;
        /**
         * Key in the Secret.
         */
        key: string;
      };
    }[];
  };
  /**
   * mediasoup workers of a node; each uses one core and one RTC port. Unset: the CPU limit of template.resources rounded up, else its CPU request, else 1.
   */
  workers?: number;
  /**
   * What one node takes. Beyond it, participants are put on other nodes.
   */
  capacity: {
    /**
     * People on one node, over all of its meetings.
     */
    participants: number;
    /**
     * Streams that one node sends to clients; about 500 for each worker is what mediasoup advises.
     */
    consumers: number;
    /**
     * Packets that one node receives and sends. Default: 60,000 for each worker. `parley-node calibrate` measures what a host takes.
     */
    packetsPerSecond?: number;
    /**
     * Bytes that one node sends: what its host's network gives it. Default: no limit of its own.
     */
    bytesPerSecond?: number;
  };
  /**
   * How clients reach the nodes' media ports.
   */
  networking: {
    /**
     * HostPort: the RTC ports are mapped to the same ports of the host, and the host's address is announced. HostNetwork: the pod shares the host's network, and the host's address is announced. PodIP: the pod's own address is announced; for clusters whose pod addresses clients can reach. Cannot be changed.
     */
    mode: 'HostPort' | 'HostNetwork' | 'PodIP';
    /**
     * Port of the first worker, UDP and TCP; the second uses the next, and so on. To be opened in firewalls.
     */
    rtcPort: number;
    /**
     * UDP ports for relays between nodes, on the pod's own address; two for each relay of a meeting.
     */
    relayPorts: {
      /**
       * The first port.
       */
      first: number;
      /**
       * The last port.
       */
      last: number;
    };
    /**
     * Which address of the host (its Kubernetes node) clients are told. Unset: its ExternalIP, else its InternalIP. The annotation parley.dev/announced-address on the host, one or more addresses with commas between, wins over this.
     */
    announcedAddress?: 'ExternalIP' | 'InternalIP';
  };
  /**
   * How a node is emptied before it goes, whatever the reason: a person, fewer nodes, a changed template, a host that is to go. It takes no new meetings at once, waits for waitSeconds, and then has its people moved to other nodes.
   */
  drain: {
    /**
     * How long after its begin a drain has emptied the node. Who could not be moved by then is reconnected elsewhere, and the node goes. A pod that is deleted or evicted has template.terminationGracePeriodSeconds instead.
     */
    deadlineSeconds: number;
    /**
     * How long a node that drains waits for meetings to end by themselves before it has people moved; at most a quarter of the time until the deadline.
     */
    waitSeconds: number;
    /**
     * How many people are being moved off one node at the same time, the smallest meetings first. A larger meeting is moved alone; near the deadline there are more, so that all are moved by then.
     */
    maxMigrating: number;
    /**
     * Taints that say that a host (a Kubernetes node) is to go: its nodes are drained. The key node.kubernetes.io/unschedulable also stands for a host that is cordoned. Unset: what Kubernetes, autoscalers and clouds are known to set.
     */
    hostTaints: {
      /**
       * Key of the taint, whatever its value and effect.
       */
      key: string;
      /**
       * How long the nodes have from then on, if less than drain.deadlineSeconds.
       */
      deadlineSeconds?: number;
    }[];
  };
  /**
   * Recordings of meetings that are on the pool's nodes.
   */
  recording?: {
    /**
     * So many RecordingJobs at once; more queue. Unset: the installation's limits alone hold.
     */
    maxConcurrent?: number;
  };
  /**
   * How nodes that were made from an older template or image are replaced. A version that does not come up stops it.
   */
  update: {
    /**
     * How many nodes more than desired there may be meanwhile: a number, or a part of the desired ones such as 10%, rounded up. 0: the old node goes first, and the others must have room for its people.
     */
    maxSurge: number | string;
    /**
     * How many nodes may be draining when another one is to be replaced: a number, or a part of the desired ones such as 10%, rounded up.
     */
    maxDraining: number | string;
  };
  /**
   * TURN servers (coturn) of the pool's region, for clients whose network lets them reach the nodes in no other way. Unset: none. Networking, host selection, tolerations, priority and pull Secrets are those of the nodes.
   */
  turn?: {
    /**
     * How many servers there should be. Unset, and without scaling: 1.
     */
    replicas?: number;
    /**
     * Follows the load: as many servers as the allocations or the bandwidth need, whichever needs more. Up at once; down after stabilizationSeconds, and through a drain.
     */
    scaling?: {
      /**
       * Fewest servers.
       */
      min: number;
      /**
       * Most servers.
       */
      max: number;
      /**
       * Allocations that one server is to have. A client has one on each of its two servers for each of its two transports, each of the server's URLs, and each network that it is on.
       */
      targetAllocations: number;
      /**
       * What one server is to carry, from and to clients together.
       */
      targetMegabitsPerSecond: number;
      /**
       * A server goes only after fewer were needed for so long.
       */
      stabilizationSeconds: number;
    };
    /**
     * Where clients reach the servers, UDP and TCP. To be opened in firewalls.
     */
    port: number;
    /**
     * TURN over TLS, for networks that let nothing else out. Unset: none.
     */
    tls?: {
      /**
       * Secret of type kubernetes.io/tls in the pool's namespace. A renewed certificate is taken into use without cutting anybody off.
       */
      secretRef: {
        /**
         * Name of the Secret.
         */
        name: string;
      };
      /**
       * Its port, TCP. Networks that are strict let only 443 out.
       */
      port: number;
      /**
       * Clients are told the server's address as a name in this domain, with - for . and :, such as 203-0-113-5.turn.example.com; the certificate is for *.turn.example.com. Unset: the address itself, which the certificate must then hold.
       */
      domain?: string;
    };
    /**
     * Secret in the pool's namespace whose key `secret` clients' credentials are made with. Unset: each server has a random one of its own.
     */
    secretRef?: {
      /**
       * Name of the Secret.
       */
      name: string;
    };
    /**
     * How long a client's credentials are good for. They are renewed at half of it while the client is connected.
     */
    credentialSeconds: number;
    /**
     * Allocations beyond these are refused.
     */
    quotas: {
      /**
       * Of one participant on one server; a browser that is on three networks while it migrates may have 36.
       */
      allocationsPerParticipant: number;
      /**
       * Of one server.
       */
      allocations: number;
    };
    /**
     * Bandwidth; what is beyond is dropped. Unset: as much as there is.
     */
    limits: {
      /**
       * Of one allocation, in each direction.
       */
      allocationBytesPerSecond?: number;
      /**
       * Of all allocations of one server together.
       */
      serverBytesPerSecond?: number;
    };
    /**
     * How long a server that is to go serves on for those who are still on it: clients are sent to others at once, and it ends when it has no allocations. Also the grace period of its pod.
     */
    drainDeadlineSeconds: number;
    /**
     * Image with coturn; the agent beside it always runs the operator's. Unset: the one that came with the operator.
     */
    image?: string;
    /**
     * CPU and memory of coturn.
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
  };
  /**
   * Parts of the nodes' pods. A change is taken over node by node, as drain and update say.
   */
  template: {
    /**
     * Labels of the pods, besides Parley's own.
     */
    labels?: {
      [k: string]: string;
    };
    /**
     * Annotations of the pods, besides Parley's own.
     */
    annotations?: {
      [k: string]: string;
    };
    /**
     * The sfu-node image. Unset: the one that came with the operator.
     */
    image?: string;
    /**
     * When the image is pulled. Unset, Kubernetes decides by the image's tag.
     */
    imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
    /**
     * Secrets, in the pool's namespace, to pull the image with.
     */
    imagePullSecrets?: {
      /**
       * Name of the Secret.
       */
      name: string;
    }[];
    /**
     * Environment variables of the node, besides Parley's own.
     */
    env?: {
      /**
       * Name of the variable.
       */
      name: string;
      /**
       * Its value.
       */
      value: string;
    }[];
    /**
     * CPU and memory of the node.
     */
    resources?: {
      /**
       * What the scheduler sets aside.
       */
      requests?: {
        [k: string]: number | string;
      };
      /**
       * What the node may use at most.
       */
      limits?: {
        [k: string]: number | string;
      };
    };
    /**
     * Labels that a host must have.
     */
    nodeSelector?: {
      [k: string]: string;
    };
    /**
     * Taints of hosts that the pods tolerate.
     */
    tolerations?: {
      /**
       * Key of the taint; empty with operator Exists for every taint.
       */
      key?: string;
      /**
       * How the value is compared.
       */
      operator?: 'Exists' | 'Equal';
      /**
       * Value of the taint.
       */
      value?: string;
      /**
       * Effect of the taint; empty: every effect.
       */
      effect?: '' | 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
      /**
       * For how long NoExecute is tolerated.
       */
      tolerationSeconds?: number;
    }[];
    /**
     * Affinity as in a Pod's spec. Spreading over hosts and zones is there without it.
     */
    affinity?: {};
    /**
     * Priority class of the pods.
     */
    priorityClassName?: string;
    /**
     * How long a pod that is deleted or evicted may serve on while its participants are moved to other nodes. It ends as soon as nobody is on it. Should be at least drain.deadlineSeconds.
     */
    terminationGracePeriodSeconds: number;
  };
}
/**
 * What the pool is, written by the operator.
 */
export interface SFUPoolStatus {
  /**
   * Generation of the spec that this status tells of.
   */
  observedGeneration?: number;
  /**
   * Nodes that there should be: spec.replicas, or what scaling has decided.
   */
  desired?: number;
  /**
   * How scaling has come to `desired`. Absent where replicas decides.
   */
  scaling?: {
    /**
     * Nodes that the winner wishes.
     */
    wish?: number;
    /**
     * Name of the signal that wishes the most nodes.
     */
    winner?: string;
    /**
     * What keeps `desired` from the wish. Absent where it is the wish.
     */
    heldBack?: {
      /**
       * Why, from a closed vocabulary.
       */
      reason: string;
      /**
       * The same in words.
       */
      message: string;
    };
    /**
     * What each signal wishes.
     */
    signals?: {
      /**
       * MediaLoad, ScheduledMeetings, schedule/NAME or prometheus/NAME.
       */
      name: string;
      /**
       * Nodes that it wishes; absent when it has no say.
       */
      wish?: number;
      /**
       * Why, from a closed vocabulary.
       */
      reason: string;
      /**
       * The same in words, as last written (at most every 10 s).
       */
      message: string;
    }[];
  };
  /**
   * Pods that there are, ready or not.
   */
  replicas?: number;
  /**
   * Nodes that take participants.
   */
  readyReplicas?: number;
  /**
   * Label selector of the pods, for the scale subresource.
   */
  selector?: string;
  /**
   * People on the pool's nodes, as last written (at most every 5 s).
   */
  participants?: number;
  /**
   * What the ready nodes take together.
   */
  capacity?: {
    /**
     * People.
     */
    participants?: number;
    /**
     * Streams sent to clients.
     */
    consumers?: number;
  };
  /**
   * The nodes, by name.
   */
  nodes?: {
    /**
     * Name of the node and of its pod.
     */
    name: string;
    /**
     * Pending: no host yet. Starting: on its host, not ready. Ready: takes participants. Unreachable: its pod is ready, but it does not answer the operator. Draining: it is to go, takes no new meetings, and waits for those that it has to end. Migrating: its participants are being moved to other nodes. Drained: nobody is on it any more. Ending: on its way out. Failed: its pod has failed and is replaced.
     */
    phase:
      'Pending' | 'Starting' | 'Ready' | 'Draining' | 'Migrating' | 'Drained' | 'Unreachable' | 'Ending' | 'Failed';
    /**
     * Why it is in that phase, where that says more.
     */
    reason?: string;
    /**
     * The Kubernetes node that it runs on.
     */
    host?: string;
    /**
     * The addresses that clients are told.
     */
    announcedAddresses?: string[];
    /**
     * People on it, as last written (at most every 5 s).
     */
    participants?: number;
    /**
     * Why and until when it is being emptied.
     */
    drain?: {
      /**
       * Why it is to go, from a closed vocabulary.
       */
      reason: string;
      /**
       * When that began.
       */
      since: string;
      /**
       * When those who are still there are reconnected elsewhere, and it goes.
       */
      deadline: string;
    };
  }[];
  /**
   * The TURN servers; absent without spec.turn.
   */
  turn?: {
    /**
     * How many there should be.
     */
    desired: number;
    /**
     * Why that many, from a closed vocabulary.
     */
    reason: string;
    /**
     * How many are given to clients.
     */
    ready: number;
    /**
     * Of all of them, as last written (at most every 30 s).
     */
    allocations: number;
    /**
     * The servers, by name.
     */
    servers?: {
      /**
       * Name of the server and of its pod.
       */
      name: string;
      /**
       * Pending: no host yet. Starting: on its host, not ready. Ready: given to clients. Unreachable: its pod is ready, but its agent does not answer the operator. Draining: on its way out, and given to nobody; it ends when its clients have left. Failed: its pod has failed and is replaced.
       */
      phase: 'Pending' | 'Starting' | 'Ready' | 'Unreachable' | 'Draining' | 'Failed';
      /**
       * Why it is in that phase, where that says more.
       */
      reason?: string;
      /**
       * The Kubernetes node that it runs on.
       */
      host?: string;
      /**
       * Where clients reach it.
       */
      urls?: string[];
      /**
       * What clients hold there, as last written (at most every 30 s).
       */
      allocations?: number;
      /**
       * From and to clients, averaged over a minute, as last written (at most every 30 s).
       */
      megabitsPerSecond?: number;
    }[];
  };
  /**
   * Ready: as many nodes as desired take participants. Progressing: nodes are being made, replaced or removed. TurnReady, with spec.turn: as many TURN servers as desired are given to clients.
   *
   * Items: One aspect of the pool's state.
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
