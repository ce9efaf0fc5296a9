// What ffmpeg finds in a recorded file. Must not know: browsers, the product.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MUCH = { maxBuffer: 64 * 1024 * 1024 };

/** What ffmpeg says when it decodes everything to the end; nothing, when all is well. @param {string} file */
export async function faults(file) {
  const { stderr } = await run('ffmpeg', ['-v', 'error', '-nostdin', '-i', file, '-vsync', 'passthrough', '-enc_time_base', '-1', '-f', 'null', '-'], MUCH);
  return stderr;
}

/**
 * @param {string} file
 * @returns {Promise<{duration: number, streams: {codec_type: string, codec_name: string, width?: number, height?: number}[]}>}
 */
export async function probe(file) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_entries', 'format=duration:stream=codec_type,codec_name,width,height', file]);
  const { format, streams } = JSON.parse(stdout);
  return { duration: Number(format.duration), streams };
}

/** When each picture of a file is shown, seconds. @param {string} file */
export async function pictures(file) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file], MUCH);
  return stdout.split(/[,\s]+/).filter(Boolean).map(Number).filter(Number.isFinite).sort((a, b) => a - b);
}

/** Seconds at which the picture turns from dark to bright. @param {string} file */
export async function flashes(file) {
  const { stdout } = await run('ffmpeg', [
    '-v', 'error', '-nostdin', '-i', file, '-map', '0:v', '-vf', 'signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-', '-f', 'null', '-',
  ], MUCH);
  const pictures = [...stdout.matchAll(/pts_time:(\S+)\s+lavfi\.signalstats\.YAVG=(\S+)/g)].map(([, at, light]) => ({ at: Number(at), bright: Number(light) > 130 }));
  return pictures.filter((picture, i) => i > 0 && picture.bright && !pictures[i - 1].bright).map(({ at }) => at);
}

/** Seconds at which sound begins after silence. @param {string} file */
export async function beeps(file) {
  const { stderr } = await run('ffmpeg', ['-nostdin', '-i', file, '-map', '0:a', '-af', 'silencedetect=noise=-30dB:d=0.5', '-f', 'null', '-'], MUCH);
  return [...stderr.matchAll(/silence_end: (\S+)/g)].map(([, at]) => Number(at));
}

/**
 * Distance between the darkest and the brightest point of a part of the picture at a time.
 * @param {string} file @param {{x: number, y: number, width: number, height: number}} part @param {number} at seconds
 */
export async function spread(file, { x, y, width, height }, at) {
  const { stdout } = await run('ffmpeg', [
    '-v', 'error', '-nostdin', '-ss', String(at), '-i', file, '-frames:v', '1', '-map', '0:v',
    '-vf', `crop=${width}:${height}:${x}:${y},signalstats,metadata=print:file=-`, '-f', 'null', '-',
  ], MUCH);
  const value = (/** @type {string} */ name) => Number(new RegExp(`signalstats\\.${name}=(\\S+)`).exec(stdout)?.[1]);
  return value('YMAX') - value('YMIN');
}
