package dev.fanfare.cli.deadletters;

import dev.fanfare.cli.shell.Shell;
import dev.fanfare.retry.dead.DeadLetter;
import java.util.Set;

/** What a command is about to touch: how many, tallied, and which of the ids that were given it did not find. */
final class Meant {
    /** How many a dry run shows. */
    static final int SAMPLES = 10;

    private final Set<String> missing;
    private final Tallies tallies = new Tallies();

    Meant(Set<String> ids) {
        this.missing = ids;
    }

    void add(DeadLetter letter) {
        missing.remove(letter.id());
        tallies.add(letter);
    }

    long count() {
        return tallies.total();
    }

    Set<String> missing() {
        return missing;
    }

    void printTallies(Shell shell) {
        if (count() > SAMPLES) {
            shell.out().println("… and " + String.format("%,d", count() - SAMPLES) + " more");
        }
        if (count() > 0) {
            tallies.print(shell, Tallies.By.REASON, SAMPLES);
            tallies.print(shell, Tallies.By.SUBSCRIPTION, SAMPLES);
        }
    }
}
