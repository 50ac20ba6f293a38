package dev.fanfare.control.docs;

import dev.fanfare.control.http.StaticFile;
import io.vertx.ext.web.Router;
import java.util.Map;

/**
 * {@code /openapi.json}, the description of the whole HTTP interface, and {@code /docs}, a page to read and try it.
 * Everything comes from this process; the page's policy allows no other. Both are open to all: they hold no data.
 */
public final class ApiDocs {
    /** Swagger UI sets styles on elements and draws its icons from data URLs; beyond that, only what is ours. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String WEBJAR = "swagger-ui";
    private static final String SCRIPT = "text/javascript; charset=utf-8";

    private ApiDocs() {}

    /** Mounts both. */
    public static void mount(Router router) {
        StaticFile.of(ApiDocs.class, "openapi.json", "application/json", Map.of())
                .mount(router, "/openapi.json");
        StaticFile.of(
                        ApiDocs.class,
                        "docs.html",
                        "text/html; charset=utf-8",
                        Map.of("content-security-policy", POLICY, "referrer-policy", "no-referrer"))
                .mount(router, "/docs");
        StaticFile.of(ApiDocs.class, "docs.js", SCRIPT, Map.of()).mount(router, "/docs/docs.js");
        StaticFile.ofWebjar(WEBJAR, "swagger-ui-bundle.js", SCRIPT).mount(router, "/docs/swagger-ui-bundle.js");
        StaticFile.ofWebjar(WEBJAR, "swagger-ui.css", "text/css; charset=utf-8").mount(router, "/docs/swagger-ui.css");
    }
}
