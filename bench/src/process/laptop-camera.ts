/** A fake camera that is sent in three layers of simulcast, as a laptop's is. */
export const laptopCamera = { width: 1280, height: 720, framesPerSecond: 15 };
