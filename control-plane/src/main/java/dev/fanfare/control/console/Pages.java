package dev.fanfare.control.console;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/**
 * Renders pages. Templates escape by where a value stands. The policy sent along allows nothing but this process's own
 * files: no inline script or style, no foreign request, no frame.
 */
final class Pages {
    private static final String POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    private static final String PACKAGE = "dev.fanfare.control.console.pages";

    private final TemplateEngine engine = TemplateEngine.createPrecompiled(null, ContentType.Html, null, PACKAGE);

    void send(RoutingContext context, int status, String template, Map<String, Object> parameters) {
        send(context, status, render(template, parameters));
    }

    String render(String template, Map<String, Object> parameters) {
        StringOutput html = new StringOutput();
        engine.render(template, parameters, html);
        return html.toString();
    }

    static void send(RoutingContext context, int status, String html) {
        secure(context.response())
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                .end(html);
    }

    static void redirect(RoutingContext context, String path) {
        secure(context.response())
                .setStatusCode(303)
                .putHeader(HttpHeaders.LOCATION, path)
                .end();
    }

    private static HttpServerResponse secure(HttpServerResponse response) {
        return response.putHeader("content-security-policy", POLICY)
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("referrer-policy", "same-origin")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
