import { z } from 'zod';

/** Names every variable that is missing or wrong, and what was expected; never its value, which may be a secret. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/**
 * Parses the environment of a process, once. An empty variable counts as unset, as charts render them so.
 * @throws EnvironmentError
 */
export function parseEnvironment<S extends z.ZodType>(
  schema: S,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || '(environment)'}: ${issue.message}`);
  throw new EnvironmentError(`the environment is not valid: ${problems.join('; ')}`);
}

/** A TCP or UDP port. */
export const port: z.ZodCoercedNumber = z.coerce.number().int().min(0).max(65_535);

export const logLevel: z.ZodDefault<
  z.ZodEnum<{ trace: 'trace'; debug: 'debug'; info: 'info'; warn: 'warn'; error: 'error'; silent: 'silent' }>
> = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info');
