//! From a recorded call to files that ffmpeg decodes: lip sync, loss, turned pictures. It must not look at sockets.
