// Listens on localhost and passes each connection on to the first address that takes it.
// Browsers give camera and microphone to HTTPS pages and localhost only, so the demo's page is reached here.
// usage: local-proxy.mjs <port> <host:port> [<host:port> …]
import { connect, createServer } from 'node:net';

const [port, ...targets] = process.argv.slice(2);
if (port === undefined || targets.length === 0) {
  console.error('usage: local-proxy.mjs <port> <host:port> [<host:port> …]');
  process.exit(2);
}
const connectDeadlineMs = 2_000;

createServer({ pauseOnConnect: true }, (client) => {
  client.on('error', () => client.destroy());
  passOn(client, targets);
}).listen(Number(port), '127.0.0.1');

function passOn(client, [target, ...others]) {
  if (target === undefined) {
    client.destroy();
    return;
  }
  const [host, targetPort] = target.split(':');
  const upstream = connect({ host, port: Number(targetPort) });
  upstream.setTimeout(connectDeadlineMs, () => upstream.destroy(new Error('timed out')));
  upstream.once('error', () => passOn(client, others));
  upstream.once('connect', () => {
    upstream.removeAllListeners('error');
    upstream.on('error', () => client.destroy());
    upstream.setTimeout(0);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    client.resume();
  });
}
