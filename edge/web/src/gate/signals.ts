import type { Tone } from "./verdict";

/** Sound and vibration of a verdict, for those who look at the guest and not at the screen. */

const TONES: Record<Tone, { frequencies: number[]; type: OscillatorType }> = {
  admit: { frequencies: [660, 990], type: "sine" },
  look: { frequencies: [520, 520], type: "triangle" },
  stop: { frequencies: [150], type: "sawtooth" },
};
const PULSES: Record<Tone, number[]> = { admit: [80], look: [80, 80, 80], stop: [120, 80, 120, 80, 120] };
const TONE_SECONDS = 0.16;

let audio: AudioContext | null = null;

export function signalVerdict(tone: Tone): void {
  navigator.vibrate?.(PULSES[tone]);
  try {
    audio ??= new AudioContext();
    const context = audio;
    const { frequencies, type } = TONES[tone];
    frequencies.forEach((frequency, index) => {
      const oscillator = context.createOscillator();
      const gain = context.createGain();
      const start = context.currentTime + index * TONE_SECONDS;
      const length = frequencies.length === 1 ? TONE_SECONDS * 2.5 : TONE_SECONDS;
      oscillator.type = type;
      oscillator.frequency.value = frequency;
      gain.gain.setValueAtTime(0.25, start);
      gain.gain.exponentialRampToValueAtTime(0.001, start + length);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(start);
      oscillator.stop(start + length);
    });
  } catch {
    // Without sound the screen and the vibration say the same.
  }
}
