import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** The API server's own record of who did what. */
export interface AuditLog {
  /** For kube-apiserver. */
  readonly flags: readonly string[];
  /** Of one user. */
  calls(user: string): readonly AuditedCall[];
  remove(): void;
}

export interface AuditedCall {
  readonly verb: string;
  readonly group: string;
  /** With the subresource: `meetings/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
}

const eventSchema = z.object({
  stage: z.string(),
  verb: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({
      apiGroup: z.string().default(''),
      resource: z.string(),
      subresource: z.string().optional(),
      namespace: z.string().default(''),
      name: z.string().default(''),
    })
    .optional(),
  responseStatus: z.object({ code: z.number() }).optional(),
});

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{ level: Metadata }]
`;

export function createAuditLog(): AuditLog {
  const folder = mkdtempSync(join(tmpdir(), 'parley-audit-'));
  const policy = join(folder, 'policy.yaml');
  const log = join(folder, 'audit.log');
  writeFileSync(policy, POLICY);
  writeFileSync(log, '');
  return {
    flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking'],
    calls: (user) =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => eventSchema.parse(JSON.parse(line)))
        .filter((event) => event.user.username === user)
        .flatMap(({ verb, objectRef, responseStatus }) => {
          if (objectRef === undefined) return [];
          const { apiGroup, resource, subresource, namespace, name } = objectRef;
          const full = subresource === undefined ? resource : `${resource}/${subresource}`;
          return [{ verb, group: apiGroup, resource: full, namespace, name, code: responseStatus?.code ?? 0 }];
        }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
