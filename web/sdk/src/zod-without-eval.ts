/**
 * Pages with a strict Content-Security-Policy forbid the functions that zod otherwise compiles from text. Must be imported
 * before any schema, which reads this when it is made.
 */
import { config } from 'zod';

config({ jitless: true });
