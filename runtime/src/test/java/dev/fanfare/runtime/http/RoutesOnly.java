package dev.fanfare.runtime.http;

import dev.fanfare.runtime.lifecycle.Readiness;
import dev.fanfare.runtime.lifecycle.Role;
import io.vertx.ext.web.Router;
import java.util.function.Consumer;

/** A role that is nothing but routes. */
record RoutesOnly(Consumer<Router> routes) implements Role {
    @Override
    public String name() {
        return "routes";
    }

    @Override
    public void mount(Router router) {
        routes.accept(router);
    }

    @Override
    public void start() {}

    @Override
    public Readiness readiness() {
        return Readiness.READY;
    }

    @Override
    public void close() {}
}
