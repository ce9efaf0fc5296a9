// Puts something else behind whoever is in the picture, frame by frame. The picture never leaves this machine.
// Knows frames, no camera and no call.
import { GaussianBlurBackgroundProcessorPipeline } from '@twilio/video-processors/es5/processors/background/pipelines/backgroundprocessorpipeline/GaussianBlurBackgroundProcessorPipeline';
import { VirtualBackgroundProcessorPipeline } from '@twilio/video-processors/es5/processors/background/pipelines/backgroundprocessorpipeline/VirtualBackgroundProcessorPipeline';
import { ImageFit } from '@twilio/video-processors/es5/types';
import type { Answer, Task } from './backdrop.ts';

/** The edge of the mask and the blur behind it, in pixels of the picture, as the library proposes them. */
const MASK_BLUR = 8;
const BLUR = 15;
/** A wall in daylight: neither so bright that the face looks dark, nor so dark that it looks lit. */
const WALL = ['#dfe5ea', '#b9c4cd'] as const;
const WALL_SIZE = { width: 640, height: 360 };

type Pipeline = GaussianBlurBackgroundProcessorPipeline | VirtualBackgroundProcessorPipeline;

const say = (answer: Answer): void => postMessage(answer);

function wall(): ImageBitmap {
  const canvas = new OffscreenCanvas(WALL_SIZE.width, WALL_SIZE.height);
  const ctx = canvas.getContext('2d');
  if (!ctx) throw new Error('no canvas');
  const light = ctx.createLinearGradient(0, 0, 0, WALL_SIZE.height);
  WALL.forEach((colour, at) => light.addColorStop(at, colour));
  ctx.fillStyle = light;
  ctx.fillRect(0, 0, WALL_SIZE.width, WALL_SIZE.height);
  return canvas.transferToImageBitmap();
}

/** In a worker the library reads its model from beside the worker's own file. */
const common = { assetsPath: '', deferInputFrameDownscale: false, maskBlurRadius: MASK_BLUR };

async function pipelineFor(how: Task['how']): Promise<Pipeline> {
  if (how === 'blur') return new GaussianBlurBackgroundProcessorPipeline({ ...common, blurFilterRadius: BLUR });
  const made = new VirtualBackgroundProcessorPipeline({ ...common, fitType: ImageFit.Fill });
  await made.setBackgroundImage(wall());
  return made;
}

async function work({ how, frames, out }: Task): Promise<void> {
  const pipeline = await pipelineFor(how);
  await pipeline.loadTwilioTFLite();
  let told = false;
  const dressing = new TransformStream<VideoFrame, VideoFrame>({
    async transform(frame, next) {
      const { timestamp } = frame;
      try {
        const canvas = await pipeline.render(frame);
        if (!canvas) throw new Error('no picture');
        next.enqueue(new VideoFrame(canvas, { timestamp, alpha: 'discard' }));
        if (!told) say({ is: 'ready' });
        told = true;
      } finally {
        frame.close();
      }
    },
  });
  await frames.pipeThrough(dressing).pipeTo(out);
}

onmessage = ({ data }: MessageEvent<Task>) => {
  // Whatever goes wrong ends the picture; nobody is ever shown with the room behind them instead.
  work(data).then(() => say({ is: 'over' }), (error: unknown) => say({ is: 'failed', why: error instanceof Error ? error.message : String(error) }));
};
