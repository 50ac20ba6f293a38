package dev.fanfare.torture;

import dev.fanfare.standalone.Main;

/** A process that is the {@code fanfare} command, and ends with the one that started it. */
final class CommandProcess {
    private CommandProcess() {}

    public static void main(String[] args) {
        Leash.attach();
        Main.main(args);
    }
}
