/** How a part is started in its image: Node.js's own flags, too, as its memory depends on them. */
import { readFileSync } from 'node:fs';

const dockerfile = new URL('../../../dev/images/Dockerfile', import.meta.url);

/** What stands between `node` and the program. */
export function nodeFlagsOf(image: string): readonly string[] {
  const text = readFileSync(dockerfile, 'utf8');
  const target = text.slice(text.indexOf(`\nFROM runtime AS ${image}\n`));
  const command = /^CMD (\[.*\])$/m.exec(target)?.[1];
  if (command === undefined) throw new Error(`the image of ${image} has no command`);
  const [program, ...rest] = JSON.parse(command) as string[];
  if (program !== 'node' || !rest.at(-1)?.endsWith('/dist/main.js'))
    throw new Error(`the image of ${image} does not start Node.js: ${command}`);
  return rest.slice(0, -1);
}
