package dev.fanfare.cli.api;

import dev.fanfare.cli.cluster.RunningDev;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.cli.shell.Shell;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that talks to Fanfare over HTTP. */
public final class ApiOptions {
    private static final String DEFAULT_URL = "http://127.0.0.1:8080";

    @Option(
            names = "--api-url",
            paramLabel = "URL",
            description = "Where Fanfare listens (default: $FANFARE_API_URL, else the 'fanfare dev' that runs on this"
                    + " machine, else " + DEFAULT_URL + ").")
    private @Nullable String apiUrl;

    @Option(names = "--key", paramLabel = "KEY", description = "The API key (default: $FANFARE_API_KEY, else dev).")
    private @Nullable String key;

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            defaultValue = "default",
            description = "Whose events and subscriptions (default: ${DEFAULT-VALUE}).")
    private String tenant = "default";

    /** Whose events and subscriptions. */
    public String tenant() {
        return tenant;
    }

    /** A client for what the options say. */
    public ApiClient client(Shell shell) {
        String chosenKey = key != null ? key : Objects.requireNonNullElse(shell.variable("FANFARE_API_KEY"), "dev");
        return new ApiClient(url(shell), chosenKey, tenant, shell.command());
    }

    private URI url(Shell shell) {
        String text = apiUrl != null ? apiUrl : shell.variable("FANFARE_API_URL");
        if (text == null) {
            RunningDev dev = RunningDev.only(shell, "--api-url");
            text = dev == null ? DEFAULT_URL : dev.apiUrl();
        }
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            String scheme = uri.getScheme();
            if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw CommandFailure.usage("--api-url: '" + text + "' is not a URL: " + e.getReason());
        }
        throw CommandFailure.usage("--api-url: '" + text + "' must be an http or https URL, such as " + DEFAULT_URL);
    }
}
