/** The part of Redis's protocol (RESP 2) that coturn's client speaks: commands as arrays of bulk strings, and replies to them. */

export type Reply =
  | { readonly type: 'Ok' }
  | { readonly type: 'Pong' }
  | { readonly type: 'Nil' }
  | { readonly type: 'Integer'; readonly value: number }
  | { readonly type: 'Strings'; readonly values: readonly string[] }
  | { readonly type: 'Error'; readonly message: string };

export function formatReply(reply: Reply): string {
  switch (reply.type) {
    case 'Ok':
      return '+OK\r\n';
    case 'Pong':
      return '+PONG\r\n';
    case 'Nil':
      return '$-1\r\n';
    case 'Integer':
      return `:${String(reply.value)}\r\n`;
    case 'Strings':
      return `*${String(reply.values.length)}\r\n${reply.values.map(bulk).join('')}`;
    case 'Error':
      return `-ERR ${reply.message}\r\n`;
  }
}

function bulk(text: string): string {
  return `$${String(Buffer.byteLength(text))}\r\n${text}\r\n`;
}

export type Parsed =
  /** Whole commands, and what is left of the bytes. */
  | { readonly type: 'Commands'; readonly commands: readonly (readonly string[])[]; readonly rest: Buffer }
  /** Not what a client of ours sends. */
  | { readonly type: 'Malformed' };

/** Law 6: no command of coturn's is longer. */
const MAX_ARGUMENTS = 16;
const MAX_ARGUMENT_BYTES = 8_192;
const MAX_LINE_BYTES = 16;

export function parseCommands(bytes: Buffer): Parsed {
  const commands: string[][] = [];
  let from = 0;
  for (;;) {
    const command = parseCommand(bytes, from);
    if (command === 'Malformed') return { type: 'Malformed' };
    if (command === 'Incomplete') return { type: 'Commands', commands, rest: bytes.subarray(from) };
    commands.push(command.words);
    from = command.end;
  }
}

function parseCommand(bytes: Buffer, from: number): { words: string[]; end: number } | 'Incomplete' | 'Malformed' {
  const header = parseCount(bytes, from, { sign: '*', most: MAX_ARGUMENTS });
  if (typeof header === 'string') return header;
  const words: string[] = [];
  let at = header.end;
  for (let index = 0; index < header.count; index += 1) {
    const length = parseCount(bytes, at, { sign: '$', most: MAX_ARGUMENT_BYTES });
    if (typeof length === 'string') return length;
    const end = length.end + length.count;
    if (bytes.length < end + 2) return 'Incomplete';
    words.push(bytes.toString('utf8', length.end, end));
    at = end + 2;
  }
  return { words, end: at };
}

function parseCount(
  bytes: Buffer,
  from: number,
  { sign, most }: { readonly sign: '*' | '$'; readonly most: number },
): { count: number; end: number } | 'Incomplete' | 'Malformed' {
  const line = bytes.indexOf('\r\n', from);
  if (line < 0) return bytes.length - from > MAX_LINE_BYTES ? 'Malformed' : 'Incomplete';
  const text = bytes.toString('latin1', from, line);
  const count = Number(text.slice(1));
  if (!text.startsWith(sign) || !/^\d+$/.test(text.slice(1)) || count > most) return 'Malformed';
  return { count, end: line + 2 };
}
