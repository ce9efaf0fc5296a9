// One picture with what stands in for it until it moves. Knows no room and no camera.
import "./video-tile.css";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface VideoTileProps {
  stream: MediaStream | null;
  /** Accessible name of the picture. */
  label: string;
  /** One's own face is seen as in a mirror. */
  mirror?: boolean;
  muted?: boolean;
  /** Show the whole picture instead of filling the tile. */
  contain?: boolean;
  /** False hides the picture (a switched-off camera) and shows the children. */
  on?: boolean;
  class?: string;
  /** Shown until the first frame. */
  children?: ComponentChildren;
  /** The first frame of this stream is on the screen. */
  onFace?: () => void;
  /** The browser wants a tap before it plays sound; call the function from one. */
  onBlocked?: (play: () => void) => void;
  /** The element, for a light meter or a drawing. */
  element?: (video: HTMLVideoElement | null) => void;
}

export function VideoTile({ stream, label, mirror, muted, contain, on = true, class: extra = "", children, onFace, onBlocked, element }: VideoTileProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const [moving, setMoving] = useState(false);
  const told = useRef(onFace);
  told.current = onFace;
  const blocked = useRef(onBlocked);
  blocked.current = onBlocked;

  useEffect(() => {
    const video = ref.current;
    if (!video) return;
    element?.(video);
    setMoving(false);
    video.srcObject = stream;
    if (!stream) return;
    const shown = () => {
      if (video.videoWidth === 0) return;
      setMoving(true);
      told.current?.();
    };
    const play = () => {
      video.muted = muted ?? false;
      video.play().catch((error: Error) => {
        if (error.name !== "NotAllowedError" || video.muted) return;
        // The face first, the sound after a tap.
        video.muted = true;
        video.play().catch(() => undefined);
        blocked.current?.(play);
      });
    };
    video.addEventListener("loadeddata", shown);
    video.addEventListener("resize", shown);
    play();
    return () => {
      video.removeEventListener("loadeddata", shown);
      video.removeEventListener("resize", shown);
      element?.(null);
      video.srcObject = null;
    };
  }, [stream]);
  useEffect(() => {
    if (ref.current) ref.current.muted = muted ?? false;
  }, [muted]);

  const classes = ["tile", mirror && "mirror", contain && "contain", moving && on && "shown", extra].filter(Boolean).join(" ");
  return (
    <div class={classes}>
      <video ref={ref} playsInline autoPlay disablePictureInPicture aria-label={label} />
      {children !== undefined && <div class="tile-empty">{children}</div>}
    </div>
  );
}
