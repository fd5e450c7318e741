/** Numbers that look random and are the same for the same seed: every run of the simulator can be repeated. */

export interface Random {
  /** From 0 to below 1. */
  next(): number;
}

/** sfc32, of PractRand's author: 128 bits of state, passes its tests. */
export function createRandom(seed: number): Random {
  let a = 0x9e37_79b9;
  let b = 0x243f_6a88;
  let c = seed | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 16; warmUp += 1) next();
  return { next };
}

export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.next());
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** @param mean of the values, not of their logarithms. */
export function logNormal(random: Random, mean: number, sigma: number): number {
  return mean * Math.exp(sigma * normal(random) - sigma ** 2 / 2);
}
