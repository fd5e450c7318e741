/** Names and ports of what belongs to a TURN server. */
export const TURN_GRPC_PORT: number = 7100;
export const TURN_TELEMETRY_PORT: number = 9190;
export const TURN_DRAIN_PORT: number = 9191;
export const TURN_DATABASE_PORT: number = 6479;

/** Of that Secret: the uid of the pod that it was written for. */
export const TURN_CONF_POD_KEY: string = 'pod-uid';

/** The Secret with coturn's configuration. */
export function turnConfSecretName(server: string): string {
  return `${server}-conf`;
}

/** Of what belongs to all of a pool's TURN servers: names of pools have no dots, so none can take it. */
export function turnObjectName(pool: string): string {
  return `${pool}.turn`;
}
