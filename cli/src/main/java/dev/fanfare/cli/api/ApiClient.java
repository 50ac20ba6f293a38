package dev.fanfare.cli.api;

import dev.fanfare.cli.shell.CommandFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Fanfare's HTTP interface, for one tenant if not said otherwise. Safe for use by several threads. */
public final class ApiClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final URI base;
    private final String key;
    private final String tenant;
    private final String prefix;
    private final String command;

    ApiClient(URI base, String key, String tenant, String command) {
        this(base, key, tenant, "/v1/tenants/" + encode(tenant), command);
    }

    private ApiClient(URI base, String key, String tenant, String prefix, String command) {
        this.base = base;
        this.key = key;
        this.tenant = tenant;
        this.prefix = prefix;
        this.command = command;
    }

    /** Where Fanfare is. */
    public URI base() {
        return base;
    }

    /** Whose events and subscriptions. */
    public String tenant() {
        return tenant;
    }

    /** The same for paths that are under no tenant, such as {@code /keys}. */
    public ApiClient forAllTenants() {
        return new ApiClient(base, key, tenant, "/v1", command);
    }

    /** Percent-encodes a value for a path or a query. */
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Sends a request and returns what was answered, whatever its status; fails with an {@link IOException} where no
     * answer came.
     *
     * @param path under the tenant, such as {@code /events}
     */
    public CompletableFuture<ApiAnswer> send(String method, String path, @Nullable String contentType, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + prefix + path))
                .timeout(ANSWER_TIMEOUT)
                .header("Authorization", "Bearer " + key)
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        return http.sendAsync(request.build(), BodyHandlers.ofByteArray())
                .thenApply(response -> new ApiAnswer(
                        response.statusCode(),
                        response.headers().firstValue("Retry-After").orElse(null),
                        response.body()));
    }

    /**
     * Sends a request that must succeed.
     *
     * @throws CommandFailure in the server's words where it doesn't
     */
    public ApiAnswer call(String method, String path, @Nullable String contentType, byte[] body) {
        ApiAnswer answer = request(method, path, contentType, body);
        if (answer.isSuccess()) {
            return answer;
        }
        throw new CommandFailure(answer.words());
    }

    /**
     * Sends a request and waits for what is answered, whatever its status.
     *
     * @throws CommandFailure where no answer came
     */
    public ApiAnswer request(String method, String path, @Nullable String contentType, byte[] body) {
        try {
            return send(method, path, contentType, body).join();
        } catch (CompletionException e) {
            throw unreachable(e.getCause() == null ? e : e.getCause());
        }
    }

    /** That Fanfare can't be reached, and what to do about it. */
    public CommandFailure unreachable(Throwable cause) {
        if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
            return new CommandFailure(
                    "nothing answers at " + base + ": start '" + command
                            + " dev', or say where Fanfare is with --api-url",
                    cause);
        }
        return new CommandFailure(base + " gave no answer: " + describe(cause), cause);
    }

    /** An error of the exchange in words. */
    public static String describe(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
