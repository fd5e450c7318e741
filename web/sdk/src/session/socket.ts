/** The part of a WebSocket that a session needs. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketHandlers {
  opened(): void;
  received(text: string): void;
  /** Called once, whether it never opened, was closed or was lost. */
  closed(code: number, reason: string): void;
}

export type OpenSocket = (url: string, protocol: string, handlers: SocketHandlers) => Socket;

export const openBrowserSocket: OpenSocket = (url, protocol, handlers) => {
  const socket = new WebSocket(url, protocol);
  let closed = false;
  socket.onopen = () => handlers.opened();
  socket.onmessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data === 'string' && !closed) handlers.received(event.data);
  };
  socket.onclose = (event) => {
    if (!closed) handlers.closed(event.code, event.reason);
    closed = true;
  };
  return {
    send: (text) => socket.send(text),
    close() {
      closed = true;
      socket.close(1000);
    },
  };
};
