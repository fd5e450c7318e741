import type { RtpCapabilities } from '@parley/signaling/protocol/media-parameters.js';
import { Device, detectDevice } from 'mediasoup-client';
import { Chrome111 } from 'mediasoup-client/handlers/Chrome111';
import { Firefox120 } from 'mediasoup-client/handlers/Firefox120';
import { Safari12 } from 'mediasoup-client/handlers/Safari12';
import type { HandlerFactory } from 'mediasoup-client/handlers/HandlerInterface';
import type { RtpCapabilities as MediasoupRtpCapabilities } from 'mediasoup-client/types';
import { ParleyError } from '../parley-error.js';

/** Makes a mediasoup device that is ready to create transports. */
export type LoadDevice = (routerRtpCapabilities: RtpCapabilities) => Promise<Device>;

const factories: Readonly<Record<string, () => HandlerFactory>> = {
  Chrome111: () => Chrome111.createFactory({}),
  Firefox120: () => Firefox120.createFactory({}),
  Safari12: () => Safari12.createFactory({}),
};

/** What the browser can do doesn't change, and asking takes it tens of milliseconds. */
function remembering(factory: HandlerFactory): HandlerFactory {
  const known = new Map<string, ReturnType<HandlerFactory['getNativeRtpCapabilities']>>();
  return {
    ...factory,
    getNativeRtpCapabilities(options) {
      const capabilities = known.get(options.direction) ?? factory.getNativeRtpCapabilities(options);
      known.set(options.direction, capabilities);
      return capabilities;
    },
  };
}

let browserFactory: HandlerFactory | undefined;

function factoryOfBrowser(): HandlerFactory {
  const name = detectDevice() ?? '';
  const create = factories[name];
  if (create === undefined) throw new ParleyError('BrowserUnsupported');
  browserFactory ??= remembering(create());
  return browserFactory;
}

export const loadBrowserDevice: LoadDevice = async (routerRtpCapabilities) => {
  const device = new Device({ handlerFactory: factoryOfBrowser() });
  await device.load({ routerRtpCapabilities: routerRtpCapabilities as MediasoupRtpCapabilities });
  return device;
};

/** Does ahead what a join would otherwise wait for; harmless to repeat. Throws BrowserUnsupported. */
export async function prewarmBrowserDevice(): Promise<void> {
  const factory = factoryOfBrowser();
  await factory.getNativeRtpCapabilities({ direction: 'recvonly' });
  await factory.getNativeRtpCapabilities({ direction: 'sendonly' });
}
