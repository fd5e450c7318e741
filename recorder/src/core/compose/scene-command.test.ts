import { describe, expect, it } from 'vitest';
import { feedsOf } from './feeds.js';
import { buildSceneCommand, type SceneCommand } from './scene-command.js';
import { isStill, recipeOf, segmentsOf, type SceneRecipe } from './scene-recipe.js';
import { scenesOf } from './scenes.js';
import { aManifest, joined, segments, started } from './testing/manifests.js';

const files = { font: '/fonts/a.ttf', output: 'out.mp4', threads: 2 };
const name = "Ada':[out];%{pts}\\ drawtext=text=x";

function recipes(events: Parameters<typeof aManifest>[0]): SceneRecipe[] {
  const manifest = aManifest(events);
  const feeds = feedsOf(manifest, new Set());
  return scenesOf(manifest, feeds, 'Gallery').map((scene) => recipeOf(scene, feeds, manifest.recording.title));
}

function graphOf({ args }: SceneCommand): string {
  return args[args.indexOf('-filter_complex') + 1] ?? '';
}

describe('the command of a scene', () => {
  const [first, second] = recipes({
    events: [joined(0, 'ada', name), started(0, 'ada-camera'), joined(10_000, 'bo', 'Bo')],
    segments: segments('ada-camera', 0, 60_000),
  }) as [SceneRecipe, SceneRecipe];
  const command = buildSceneCommand(second, files);

  it('has the video at its time, and a still tile drawn once', () => {
    expect(segmentsOf(second)[0]).toBe('segments/first/ada-camera/8000-4000.mkv');
    expect(graphOf(command).split(';')).toEqual([
      '[0:v:0]setpts=PTS+-2.000000/TB,scale=w=956:h=536:force_original_aspect_ratio=decrease:force_divisible_by=2:out_color_matrix=bt601:out_range=tv' +
        ',format=yuv420p,pad=w=956:h=536:x=(ow-iw)/2:y=(oh-ih)/2:color=0x2b3240:eval=frame,setsar=1' +
        ',drawtext=fontfile=/fonts/a.ttf:textfile=text-0.txt:expansion=none:fontcolor=white:fontsize=27:x=14:y=h-th-14:box=1:boxcolor=black@0.55:boxborderw=6' +
        ',fps=fps=30:start_time=0,tpad=stop=-1:stop_mode=clone,trim=end_frame=1500[t0]',
      'color=c=0x2b3240:s=956x536:r=30,trim=end_frame=1,format=yuv420p,setsar=1' +
        ',drawtext=fontfile=/fonts/a.ttf:textfile=text-1.txt:expansion=none:fontcolor=white:fontsize=150:x=(w-tw)/2:y=(h-th)/2' +
        ',drawtext=fontfile=/fonts/a.ttf:textfile=text-2.txt:expansion=none:fontcolor=white:fontsize=27:x=14:y=h-th-14:box=1:boxcolor=black@0.55:boxborderw=6' +
        ',loop=loop=-1:size=1,setpts=N,trim=end_frame=1500[t1]',
      '[t0][t1]xstack=inputs=2:layout=0_272|964_272:fill=0x14171f,pad=w=1920:h=1080:color=0x14171f,format=yuv420p[out]',
    ]);
  });

  it('has names in files alone', () => {
    expect([...command.texts.values()]).toEqual([name, 'B', 'Bo']);
    expect(command.args.join(' ')).not.toContain('Ada');
    expect([...command.texts.keys()].every((file) => /^text-\d+\.txt$/.test(file))).toBe(true);
  });

  it('has the same encoder and length arguments for every scene', () => {
    const encoder = (recipe: SceneRecipe): string => {
      const { args } = buildSceneCommand(recipe, files);
      return args.slice(args.indexOf('-c:v'), args.indexOf('-frames:v')).join(' ');
    };
    expect(encoder(first)).toBe(encoder(second));
    expect(command.args.slice(command.args.indexOf('-frames:v')).slice(0, 2)).toEqual(['-frames:v', '1500']);
  });

  it('draws a canvas without any video once', () => {
    const [still] = recipes({ events: [joined(0, 'bo', 'Bo'), joined(0, 'cy', 'Cy')] }) as [SceneRecipe];
    expect(isStill(still)).toBe(true);
    const graph = graphOf(buildSceneCommand(still, files));
    expect(graph.match(/,loop=/g)).toHaveLength(1);
    expect(graph.endsWith('loop=loop=-1:size=1,setpts=N,trim=end_frame=120,format=yuv420p[out]')).toBe(true);
  });

  it('shows the title where nobody is', () => {
    const [nobody] = recipes({ events: [] }) as [SceneRecipe];
    expect([...buildSceneCommand(nobody, files).texts.values()]).toEqual(['Stand-up']);
  });
});
