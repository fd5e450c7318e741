/** How ffmpeg makes one scene. All text comes from files, so nothing in a name can be taken for a part of the filter graph. */
import { framesPerSecond, height, width } from './canvas.js';
import type { Box } from './layout.js';
import { isStill, type RecipeTile, type SceneRecipe } from './scene-recipe.js';
import { seconds } from './source-list.js';

const background = '0x14171f';
const tileColour = '0x2b3240';
const lostColour = '0x3a2226';

export interface SceneFiles {
  /** A TrueType font's path; without characters that mean something in a filter graph. */
  readonly font: string;
  readonly output: string;
  readonly threads: number;
}

export interface SceneCommand {
  readonly args: readonly string[];
  /** By name, in the folder in which ffmpeg runs: what the command reads beside the lists. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Name of the concat list of a tile's video. */
export function listName(tile: number): string {
  return `tile-${String(tile)}.ffconcat`;
}

export function buildSceneCommand(recipe: SceneRecipe, files: SceneFiles): SceneCommand {
  const texts = new Map<string, string>();
  const still = isStill(recipe);
  const draw = (text: string, style: TextStyle): string => {
    if (text === '') return '';
    const name = `text-${String(texts.size)}.txt`;
    texts.set(name, text);
    return `,${drawText(name, files.font, style)}`;
  };
  const videos = [...recipe.tiles.entries()].filter(([, { picture }]) => picture.kind === 'Video');
  const inputOf = new Map(videos.map(([tile], input) => [tile, input]));
  // A still tile is drawn once; where all are, so is the whole canvas.
  const repeated = `loop=loop=-1:size=1,setpts=N,trim=end_frame=${String(recipe.frames)}`;
  const tiles = recipe.tiles.map((tile, index) => {
    const input = inputOf.get(index);
    const drawn = input === undefined ? stillTile(tile, draw) : videoTile(tile, input, draw);
    const timed = input === undefined ? repeated : inTime(recipe.frames);
    return `${drawn}${still ? '' : `,${timed}`}[t${String(index)}]`;
  });
  const end = still ? `,${repeated}` : '';
  const graph = [...tiles, `${canvas(recipe, draw)}${end},format=yuv420p[out]`].join(';');
  const inputs = videos.flatMap(([tile]) => ['-threads', '1', '-reinit_filter', '0', ...concatInput(listName(tile))]);
  return {
    texts,
    args: [
      ...inputs,
      ...['-filter_complex_threads', String(files.threads), '-filter_complex', graph, '-map', '[out]'],
      ...encoder(files.threads),
      ...['-frames:v', String(recipe.frames), '-fps_mode', 'passthrough', '-video_track_timescale', '15360'],
      ...['-f', 'mp4', files.output],
    ],
  };
}

export function concatInput(list: string): string[] {
  return ['-f', 'concat', '-safe', '0', '-i', list];
}

/**
 * The same for all scenes of all recordings: what is encoded so can be joined by copying. Colours are as browsers send them (BT.601): what
 * has them already is scaled in half the time that it takes to convert them too.
 */
function encoder(threads: number): string[] {
  return [
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-profile:v',
      'high',
      '-crf',
      '23',
      '-maxrate',
      '6M',
      '-bufsize',
      '12M',
    ],
    ...[
      '-g',
      String(4 * framesPerSecond),
      '-sc_threshold',
      '0',
      '-x264-params',
      'stitchable=1',
      '-threads',
      String(threads),
    ],
    ...['-colorspace', 'smpte170m', '-color_primaries', 'smpte170m', '-color_trc', 'smpte170m', '-color_range', 'tv'],
  ];
}

type Draw = (text: string, style: TextStyle) => string;

interface TextStyle {
  readonly sizePx: number;
  readonly x: string;
  readonly y: string;
  readonly boxed: boolean;
}

function drawText(file: string, font: string, { sizePx, x, y, boxed }: TextStyle): string {
  const box = boxed ? ':box=1:boxcolor=black@0.55:boxborderw=6' : '';
  return `drawtext=fontfile=${font}:textfile=${file}:expansion=none:fontcolor=white:fontsize=${String(sizePx)}:x=${x}:y=${y}${box}`;
}

function labelStyle(fontPx: number): TextStyle {
  return { sizePx: fontPx, x: '14', y: 'h-th-14', boxed: true };
}

/**
 * Pictures of whatever size the track has at the time (the graph is not made anew when it changes: scale and pad follow it), each
 * scaled and written on once, however long it stands.
 */
function videoTile({ box, fontPx, label, picture }: RecipeTile, input: number, draw: Draw): string {
  const offsetMs = picture.kind === 'Video' ? picture.source.offsetMs : 0;
  const w = String(box.width);
  const h = String(box.height);
  return (
    `[${String(input)}:v:0]setpts=PTS+${seconds(offsetMs)}/TB` +
    `,scale=w=${w}:h=${h}:force_original_aspect_ratio=decrease:force_divisible_by=2:out_color_matrix=bt601:out_range=tv` +
    `,format=yuv420p,pad=w=${w}:h=${h}:x=(ow-iw)/2:y=(oh-ih)/2:color=${tileColour}:eval=frame,setsar=1` +
    draw(label, labelStyle(fontPx))
  );
}

/** From the scene's start to its end: the last picture before a time stands at it, the first one also before it. */
function inTime(frames: number): string {
  return `fps=fps=${String(framesPerSecond)}:start_time=0,tpad=stop=-1:stop_mode=clone,trim=end_frame=${String(frames)}`;
}

function stillTile({ box, fontPx, label, picture }: RecipeTile, draw: Draw): string {
  const { initials, note } = picture.kind === 'Still' ? picture : { initials: '', note: '' };
  const initialsPx = Math.round(box.height * 0.28);
  return (
    colour(note === '' ? tileColour : lostColour, box) +
    draw(initials, { sizePx: initialsPx, x: '(w-tw)/2', y: '(h-th)/2', boxed: false }) +
    draw(note, { sizePx: fontPx, x: '(w-tw)/2', y: `h*0.72`, boxed: false }) +
    draw(label, labelStyle(fontPx))
  );
}

function colour(colourName: string, box: Pick<Box, 'width' | 'height'>): string {
  const size = `${String(box.width)}x${String(box.height)}`;
  return `color=c=${colourName}:s=${size}:r=${String(framesPerSecond)},trim=end_frame=1,format=yuv420p,setsar=1`;
}

function canvas({ tiles, title }: SceneRecipe, draw: Draw): string {
  const first = tiles[0];
  if (first === undefined) {
    return `${colour(background, { width, height })}${draw(title, { sizePx: 48, x: '(w-tw)/2', y: '(h-th)/2', boxed: false })}`;
  }
  const frame = `pad=w=${String(width)}:h=${String(height)}`;
  if (tiles.length === 1) return `[t0]${frame}:x=${String(first.box.x)}:y=${String(first.box.y)}:color=${background}`;
  const inputs = tiles.map((_, index) => `[t${String(index)}]`).join('');
  const places = tiles.map(({ box }) => `${String(box.x)}_${String(box.y)}`).join('|');
  return `${inputs}xstack=inputs=${String(tiles.length)}:layout=${places}:fill=${background},${frame}:color=${background}`;
}
