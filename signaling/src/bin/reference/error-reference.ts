/** docs/reference/errors.md, from the error table. */
import { errorCodes, errorEntry } from '../../protocol/error-codes.js';

export function renderErrorReference(): string {
  const rows = errorCodes.map((code) => {
    const { httpStatus, closeCode, title, advice, retryable } = errorEntry(code);
    const columns = [code, httpStatus ?? '', closeCode ?? '', title, advice, retryable ? 'yes' : 'no'];
    return `| <a id="${code}"></a>${columns.join(' | ')} |`;
  });
  return `<!-- Generated from signaling/src/protocol/error-codes.ts by make generate. -->

# Errors

One closed list for REST and WebSocket. REST answers \`application/problem+json\` (RFC 9457) with the HTTP status and the \`code\`; a WebSocket request
gets a \`response\` with \`ok: false\` and \`error.code\`; a WebSocket that the server ends is closed with the close code, and the error's name as the
reason. \`detail\` says what was wrong in this case. Where it helps to wait, \`retryAfterMs\` says for how long, as does the header \`Retry-After\`.

| code | HTTP | close | what it means | what to do | retry unchanged |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
