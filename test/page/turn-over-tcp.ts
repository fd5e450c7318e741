/** As if the network let nothing out to TURN servers by UDP. With the policy `relay` there is no other way out then. */
export function useTurnOverTcpOnly(): void {
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(overTcpOnly(configuration));
    }
    override setConfiguration(configuration?: RTCConfiguration): void {
      super.setConfiguration(overTcpOnly(configuration));
    }
  };
}

function overTcpOnly(configuration: RTCConfiguration = {}): RTCConfiguration {
  const iceServers = (configuration.iceServers ?? []).map((server) => ({
    ...server,
    urls: [server.urls].flat().filter((url) => url.endsWith('transport=tcp')),
  }));
  return { ...configuration, iceServers };
}
