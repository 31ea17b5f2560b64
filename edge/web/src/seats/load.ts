import { getAvailability, getSeatMap } from "../api/routes";
import { Board } from "./board";
import { buildModel, type SeatModel } from "./model";

/** Maps never change for an event, so the last few are kept: the event's page and its seats share one. */
const MODELS_KEPT = 3;
const models = new Map<string, Promise<SeatModel>>();

function loadModel(eventId: string): Promise<SeatModel> {
  const known = models.get(eventId);
  if (known) return known;
  const loading = getSeatMap(eventId).then(buildModel);
  models.set(eventId, loading);
  loading.catch(() => models.delete(eventId));
  const oldest = models.keys().next().value;
  if (models.size > MODELS_KEPT && oldest !== undefined) models.delete(oldest);
  return loading;
}

export interface LoadedSeats {
  model: SeatModel;
  board: Board;
}

export async function loadSeats(eventId: string): Promise<LoadedSeats> {
  const [model, availability] = await Promise.all([loadModel(eventId), getAvailability(eventId)]);
  return { model, board: new Board(model.size, availability) };
}
