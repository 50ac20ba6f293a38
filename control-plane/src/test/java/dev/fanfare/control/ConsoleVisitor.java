package dev.fanfare.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.control.RunningControl.Answer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody at a browser: keeps cookies, and sends with each form the token of the page before. Follows no redirect. */
final class ConsoleVisitor {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    private final RunningControl control;
    private final Gateway gateway;
    private final Map<String, String> cookies = new LinkedHashMap<>();
    private String token = "";

    ConsoleVisitor(RunningControl control) {
        this(control, Gateway.NONE);
    }

    ConsoleVisitor(RunningControl control, Gateway gateway) {
        this.control = control;
        this.gateway = gateway;
    }

    /**
     * What stands between the browser and the console.
     *
     * @param prefix  that all paths begin with which the browser asks for
     * @param isTaken whether the gateway takes it off and tells of it, rather than passing it on
     */
    record Gateway(String prefix, boolean isTaken) {
        static final Gateway NONE = new Gateway("", false);

        private String passedOn(String path) {
            assertThat(path).as("a path behind the gateway").startsWith(prefix + "/");
            return isTaken ? path.substring(prefix.length()) : path;
        }
    }

    /** Logged in with a key, on the page of a tenant. */
    static ConsoleVisitor loggedIn(RunningControl control, String key, String tenant) {
        ConsoleVisitor visitor = new ConsoleVisitor(control);
        assertThat(visitor.post("/console/login", "key=" + key).status()).isEqualTo(303);
        visitor.page("/console/tenants/" + tenant);
        return visitor;
    }

    /** The same browser, before another instance. */
    ConsoleVisitor at(RunningControl other) {
        ConsoleVisitor visitor = new ConsoleVisitor(other);
        visitor.cookies.putAll(cookies);
        visitor.token = token;
        return visitor;
    }

    String token() {
        return token;
    }

    /** As the browser sends them. */
    String cookies() {
        return cookies.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
    }

    /** A page that must be there. */
    String page(String path) {
        Answer answer = get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        Matcher found = TOKEN.matcher(answer.body());
        if (found.find()) {
            token = found.group(1);
        }
        return answer.body();
    }

    Answer get(String path) {
        return keep(control.send("GET", gateway.passedOn(path), null, headers()));
    }

    /** Presses a button, and returns the page to which that leads, or what was answered at once. */
    String act(String path, String form) {
        Answer answer = post(path, "token=" + token + form);
        if (answer.status() == 422) {
            return answer.body();
        }
        assertThat(answer.status()).as(answer.body()).isEqualTo(303);
        return page(answer.header("location"));
    }

    Answer post(String path, String form) {
        Map<String, String> headers = new HashMap<>(headers());
        headers.put("content-type", "application/x-www-form-urlencoded");
        return keep(control.send("POST", gateway.passedOn(path), form, headers));
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new HashMap<>(Map.of("authorization", "", "Cookie", cookies()));
        if (gateway.isTaken()) {
            headers.put("X-Forwarded-Prefix", gateway.prefix());
        }
        return headers;
    }

    private Answer keep(Answer answer) {
        for (String set : answer.response().headers().allValues("set-cookie")) {
            String[] parts = set.split(";", 2)[0].split("=", 2);
            if (parts[1].isEmpty()) {
                cookies.remove(parts[0]);
            } else {
                cookies.put(parts[0], parts[1]);
            }
        }
        return answer;
    }
}
