package dev.fanfare.runtime.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/**
 * One file from the class path, served under one path. Files are named one by one: nothing else of the class path can
 * be asked for. Its bytes are kept in memory. Immutable.
 */
public final class StaticFile {
    private static final Properties WEBJARS = webjars();

    private final Buffer bytes;
    private final String mediaType;
    private final Map<String, String> headers;

    private StaticFile(Buffer bytes, String mediaType, Map<String, String> headers) {
        this.bytes = bytes;
        this.mediaType = mediaType;
        this.headers = headers;
    }

    /**
     * Reads a resource.
     *
     * @param home    the class beside which it lies
     * @param headers sent along, such as a content security policy
     */
    public static StaticFile of(Class<?> home, String name, String mediaType, Map<String, String> headers) {
        return new StaticFile(read(home, name), mediaType, headers);
    }

    /** Made of bytes that are there already. */
    public static StaticFile of(byte[] bytes, String mediaType) {
        return new StaticFile(Buffer.buffer(bytes), mediaType, Map.of());
    }

    /** Reads a file of a webjar, whichever version this was built with. */
    public static StaticFile ofWebjar(String webjar, String name, String mediaType) {
        return new StaticFile(
                read(
                        StaticFile.class,
                        "/META-INF/resources/webjars/" + webjar + "/" + WEBJARS.getProperty(webjar) + "/" + name),
                mediaType,
                Map.of());
    }

    /** Serves it. */
    public void mount(Router router, String path) {
        router.get(path).handler(this::serve);
    }

    private void serve(RoutingContext context) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, mediaType)
                .putHeader("x-content-type-options", "nosniff")
                .putHeader(HttpHeaders.CACHE_CONTROL, "max-age=300");
        headers.forEach(context.response()::putHeader);
        context.response().end(bytes.copy());
    }

    private static Buffer read(Class<?> home, String name) {
        try (InputStream in = home.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the class path lacks " + name + " (beside " + home.getName() + ")");
            }
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Properties webjars() {
        Properties versions = new Properties();
        try (InputStream in = StaticFile.class.getResourceAsStream("webjars.properties")) {
            versions.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions;
    }
}
