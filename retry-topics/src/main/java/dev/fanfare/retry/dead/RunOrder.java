package dev.fanfare.retry.dead;

import dev.fanfare.contract.run.Run;
import dev.fanfare.retry.run.Pace;
import java.time.Clock;

/**
 * What a replay or discard is asked to do.
 *
 * @param run    how it stands: its id goes with what it sends, its frozen ends bound it, its counts are gone on with
 * @param filter which dead letters
 * @param pace   how fast; not to be shared between runs
 * @param clock  for the run's states
 */
public record RunOrder(Run run, DeadLetterFilter filter, Pace pace, Clock clock) {}
