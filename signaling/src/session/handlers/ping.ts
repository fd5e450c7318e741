import type { RequestHandler } from './request-handler.js';

export const ping: RequestHandler<'ping'> = () => Promise.resolve({ serverTimeMs: Date.now() });
