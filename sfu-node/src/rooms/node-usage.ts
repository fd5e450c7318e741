/** What this node holds, over all rooms; counted at opening and closing, so that admission and load reports cost nothing. */
export interface NodeUsage {
  participants: number;
  producers: number;
  consumers: number;
}

export function createNodeUsage(): NodeUsage {
  return { participants: 0, producers: 0, consumers: 0 };
}
