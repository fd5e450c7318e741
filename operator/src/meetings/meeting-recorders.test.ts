import { beforeEach, expect, it } from 'vitest';
import { createMeetingRecorders, type MeetingRecorders } from './meeting-recorders.js';

let recorders: MeetingRecorders;
let told: string[];
beforeEach(() => {
  recorders = createMeetingRecorders();
  told = [];
  recorders.subscribe((meeting) => told.push(meeting));
});

it('nothing is known until it was said of the meeting, or that all was said', () => {
  recorders.set('ns/recorded', ['r-1']);
  expect([recorders.of('ns/recorded'), recorders.of('ns/other')]).toEqual([['r-1'], undefined]);
  recorders.markComplete();
  expect([recorders.of('ns/recorded'), recorders.of('ns/other')]).toEqual([['r-1'], []]);
});

it('tells who was asked for once it is known', () => {
  recorders.of('ns/early');
  recorders.of('ns/other');
  recorders.set('ns/early', []);
  expect(told).toEqual(['ns/early']);
  recorders.markComplete();
  recorders.markComplete();
  expect(told).toEqual(['ns/early', 'ns/other']);
});

it('tells changes alone, in whatever order names come', () => {
  recorders.markComplete();
  recorders.set('ns/m', []);
  recorders.set('ns/m', ['r-2', 'r-1']);
  recorders.set('ns/m', ['r-1', 'r-2']);
  recorders.set('ns/m', ['r-2']);
  recorders.set('ns/m', []);
  expect(told).toEqual(['ns/m', 'ns/m', 'ns/m']);
  expect(recorders.of('ns/m')).toEqual([]);
});
