/** The WebSocket subprotocol that a client must offer, and the only one that this server speaks. */
export const subprotocol = 'parley.v1';

/** Where the socket is, below the server's base URL. */
export const socketPath = '/v1/ws';
