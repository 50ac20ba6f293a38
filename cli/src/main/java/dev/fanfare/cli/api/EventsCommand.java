package dev.fanfare.cli.api;

import dev.fanfare.cli.output.ProgressLine;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.ExitCode;
import dev.fanfare.cli.shell.Shell;
import dev.fanfare.contract.Uuid7;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fanfare events …}. */
@Command(name = "events", description = "Send events.")
public final class EventsCommand {
    private static final long WORTH_A_RATE = 100;

    private final Shell shell;

    public EventsCommand(Shell shell) {
        this.shell = shell;
    }

    @Command(
            name = "send",
            description = {
                "Send the events of a file, one a line.",
                "",
                "A line is Fanfare's envelope, {\"type\":\"order.created\",\"data\":{…}}, or a whole CloudEvent (it has"
                        + " \"specversion\"). The data goes on byte for byte. A line that is refused is said with its"
                        + " number, and the next one goes on.",
                "Several are under way at once, so they may overtake each other; --in-flight=1 keeps their order."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:all were accepted", "1:some were refused, or the run stopped", "2:usage"})
    int send(
            @Mixin ApiOptions api,
            @Parameters(paramLabel = "FILE", description = "JSON lines; - reads standard input.") String file,
            @Option(
                            names = "--in-flight",
                            paramLabel = "N",
                            defaultValue = "32",
                            description = "How many are under way at once (default: ${DEFAULT-VALUE}).")
                    int inFlight)
            throws InterruptedException {
        if (inFlight < 1 || inFlight > 1_000) {
            throw CommandFailure.usage("--in-flight: " + inFlight + " is out of range: 1 to 1000");
        }
        SecureRandom random = new SecureRandom();
        EventSender sender = new EventSender(
                api.client(shell), new ProgressLine(shell, System::nanoTime), inFlight, System::nanoTime);
        EventSender.Tally tally;
        try (InputStream in = open(file)) {
            tally = sender.send(
                    in, () -> Uuid7.mint(System.currentTimeMillis(), random).toString());
        } catch (NoSuchFileException e) {
            throw CommandFailure.usage(file + ": there is no such file");
        } catch (AccessDeniedException e) {
            throw CommandFailure.usage(file + ": this user may not read it");
        } catch (IOException e) {
            throw new CommandFailure(file + ": can't be read: " + e.getMessage(), e);
        }
        shell.out().println(sentence(tally));
        return tally.refused() == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private static String sentence(EventSender.Tally tally) {
        String sentence = String.format(
                "%,d %s accepted in %.1f s",
                tally.accepted(), tally.accepted() == 1 ? "event" : "events", tally.seconds());
        if (tally.accepted() >= WORTH_A_RATE) {
            sentence += String.format(", %,.0f a second", tally.perSecond());
        }
        return tally.refused() == 0 ? sentence : sentence + String.format("; %,d refused, see above", tally.refused());
    }

    private InputStream open(String file) throws IOException {
        if (file.equals("-")) {
            return new BufferedInputStream(shell.in(), 1 << 16);
        }
        Path path = Path.of(file);
        if (Files.isDirectory(path)) {
            throw CommandFailure.usage(file + ": is a folder; name a file of JSON lines");
        }
        return new BufferedInputStream(Files.newInputStream(path), 1 << 16);
    }
}
