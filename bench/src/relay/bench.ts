/** What one relay hop adds: to a packet's way, and to the time from a camera to the picture that is seen. */
import { report } from '../report/figures.js';
import { measurePackets } from './packets.js';
import { measurePictures } from './pictures.js';

report('relay', { ...(await measurePackets()), ...(await measurePictures()) }, { addedP95Ms: '< 2' });
