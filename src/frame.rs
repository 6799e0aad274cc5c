//! Frames built byte by byte.
