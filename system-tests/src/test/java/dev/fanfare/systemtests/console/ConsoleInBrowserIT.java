package dev.fanfare.systemtests.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.systemtests.DevProcess;
import dev.fanfare.systemtests.console.Browser.Look;
import dev.fanfare.testkit.Answer;
import dev.fanfare.testkit.FaultyReceiver;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * The console in a real browser, before the whole pipeline. Screenshots of every page stay in
 * {@code system-tests/target/console}.
 */
class ConsoleInBrowserIT {
    private static final Path SCREENSHOTS = DevProcess.ROOT.resolve("system-tests/target/console");
    private static final String SHOP = "/v1/tenants/default";
    private static final String PAGES = "/console/tenants/default";

    @TempDir
    static Path folder;

    private static Browser browser;
    private static DevProcess dev;
    private static FaultyReceiver receiver;

    @BeforeAll
    static void start() {
        browser = Browser.open();
        receiver = FaultyReceiver.start();
        dev = DevProcess.start(folder, "--retry-tiers=1s,10m");
    }

    @AfterAll
    static void stop() {
        // each ends, whatever the others do
        try (Browser first = browser;
                FaultyReceiver second = receiver;
                DevProcess third = dev) {
            // resources that are null are passed over
        }
    }

    /** Of every test: all comes from Fanfare itself, and no page does what its policy forbids. */
    @AfterEach
    void nothingCameFromElsewhereAndNothingWasComplainedOf() {
        assertThat(browser.origins()).containsExactly(dev.url(""));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aSubscriptionIsMadeTestedPausedAndResumedWithTheKeyboardAlone() {
        put("/v1/tenants/keyboard", "{}");
        browser.look(Look.WIDE_LIGHT);
        logIn();
        browser.reloadUntil(dev.url(PAGES), "nav.tenants", "keyboard");
        browser.tabTo("keyboard");
        browser.press(Keys.ENTER);
        browser.awaitPath("/console/tenants/keyboard");
        browser.awaitText("Nobody has subscribed yet");
        browser.tabTo("Subscriptions");
        browser.press(Keys.ENTER);
        browser.awaitPath("/console/tenants/keyboard/subscriptions");
        browser.awaitText("Where webhooks go");
        browser.tabTo("Where webhooks go");
        browser.press(receiver.url("/by-keyboard"));
        browser.tabTo("Event types");
        browser.press("order.*");
        browser.tabTo("Id");
        browser.press("typed" + Keys.ENTER);
        browser.awaitText("shown this once");
        assertThat(browser.path()).isEqualTo("/console/tenants/keyboard/subscriptions/typed");
        browser.tabTo("Send a test event");
        browser.press(Keys.ENTER);
        browser.awaitText("A test event is on its way");
        browser.awaitText(".attempts", "204"); // the attempt's status, on a page that nobody loads again
        assertThat(receiver.requests("/by-keyboard")).hasSize(1);
        browser.tabTo("Pause");
        browser.press(Keys.ENTER);
        browser.awaitText("Paused. Its events are kept.");
        browser.tabTo("Resume");
        browser.press(Keys.ENTER);
        browser.awaitText("Resumed. What was kept is on its way.");
        assertThat(dev.get("/v1/tenants/keyboard/subscriptions/typed").body()).contains("\"state\":\"active\"");
    }

    @Test
    void everyPageIsWholeInLightAndDarkWideAndNarrowAndShutsNobodyOut() throws IOException {
        Files.createDirectories(SCREENSHOTS);
        fillTheShop();
        List<String> faults = new ArrayList<>();
        browser.go(dev.url("/console/login"));
        inspect("login", faults);
        logIn();
        browser.reloadUntil(dev.url(PAGES + "/dead-letters"), ".letters", "rejected"); // the filter offers it, too
        browser.reloadUntil(dev.url(PAGES + "/events?id=order-1"), "main", "next attempt");
        for (Map.Entry<String, String> page : pages().entrySet()) {
            browser.go(dev.url(page.getValue()));
            inspect(page.getKey(), faults);
        }
        asAGuest(faults);
        assertThat(faults).isEmpty();
    }

    @Test
    void whatShutsPeopleOutWouldBeFound() {
        browser.look(Look.WIDE_LIGHT);
        browser.go(dev.url("/console/login"));
        browser.spoilTheLogin();
        assertThat(browser.barriers()).anyMatch(one -> one.contains("label")).anyMatch(one -> one.contains("contrast"));
        assertThat(browser.barriersOfThisLook()).singleElement().asString().contains("color-contrast");
    }

    private static void logIn() {
        browser.go(dev.url("/console/login"));
        browser.awaitFocus("API key");
        browser.press("dev" + Keys.ENTER);
        browser.awaitPath(PAGES);
        browser.awaitText("Overview");
    }

    /** The link's own page, what a guest sees, and what they don't. */
    private static void asAGuest(List<String> faults) throws IOException {
        browser.look(Look.WIDE_LIGHT);
        browser.go(dev.url(PAGES + "/keys"));
        browser.tabTo("Make a link");
        browser.press(Keys.ENTER);
        browser.awaitText("Whoever has this link");
        browser.go(browser.textOf(".secret"));
        inspect("portal-link", faults);
        browser.awaitFocus("Open");
        browser.press(Keys.ENTER);
        browser.awaitPath(PAGES);
        browser.awaitText("Latest attempts");
        inspect("portal-overview", faults);
        browser.go(dev.url(PAGES + "/keys"));
        assertThat(browser.text()).contains("log in with an API key");
        inspect("refused", faults);
        assertThat(browser.complaints())
                .as("of the refusal alone")
                .singleElement()
                .asString()
                .contains("status of 403");
    }

    private static Map<String, String> pages() {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("overview", PAGES);
        pages.put("overview-empty", "/console/tenants/empty");
        pages.put("subscriptions", PAGES + "/subscriptions");
        pages.put("subscriptions-empty", "/console/tenants/empty/subscriptions");
        pages.put("subscription-good", PAGES + "/subscriptions/warehouse");
        pages.put("subscription-failing", PAGES + "/subscriptions/crm");
        pages.put("trace", PAGES + "/events?id=order-1");
        pages.put("trace-empty", PAGES + "/events");
        pages.put("dead-letters", PAGES + "/dead-letters");
        pages.put("event-types", PAGES + "/event-types");
        pages.put("event-types-empty", "/console/tenants/empty/event-types");
        pages.put("event-type", PAGES + "/event-types/order.created");
        pages.put("keys", PAGES + "/keys");
        pages.put("keys-empty", "/console/tenants/empty/keys");
        pages.put("audit", PAGES + "/audit");
        pages.put("tenants", "/console/tenants");
        return pages;
    }

    private static void inspect(String name, List<String> faults) throws IOException {
        browser.holdStill();
        for (Look look : Look.values()) {
            browser.look(look);
            browser.keepScreenshot(SCREENSHOTS.resolve(name + "-" + look.name().toLowerCase(Locale.ROOT) + ".png"));
            if (browser.overflow() > 0) {
                faults.add(name + " " + look + " is wider than the window by " + browser.overflow());
            }
            List<String> barriers =
                    switch (look) {
                        case WIDE_LIGHT -> browser.barriers();
                        case NARROW_DARK -> browser.barriersOfThisLook();
                        case WIDE_DARK, NARROW_LIGHT -> List.of(); // as in the other two
                    };
            barriers.forEach(barrier -> faults.add(name + " " + look + " " + barrier));
        }
    }

    /** One endpoint that answers well, one that refuses, one that fails; a few events. */
    private static void fillTheShop() {
        receiver.on("/crm", Answer.status(400));
        receiver.on("/mail", Answer.status(503));
        put("/v1/tenants/empty", "{\"description\":\"Has nothing yet\",\"eventTypes\":\"strict\"}");
        put(SHOP + "/event-types/order.created", "{\"description\":\"Somebody placed an order\"}");
        put(
                SHOP + "/event-types/invoice.paid",
                "{\"deprecation\":{\"notice\":\"subscribe to payment.received\",\"endsAt\":\"2100-01-31T00:00:00Z\"}}");
        for (int version = 1; version <= 2; version++) {
            assertThat(dev.send(
                                    "PUT",
                                    SHOP + "/event-types/order.created/versions/" + version,
                                    "application/json",
                                    """
                            {"schema": {"type": "object", "required": ["total"], "properties": {
                               "total": {"type": "number", "minimum": %d, "description": "in the currency of the order"}}},
                             "example": {"total": 12.5}}""".formatted(version).getBytes(UTF_8))
                            .statusCode())
                    .isEqualTo(200);
        }
        for (String scopes : List.of("\"manage\"", "\"read\",\"events:write\"")) {
            assertThat(dev.send(
                                    "POST",
                                    SHOP + "/keys",
                                    "application/json",
                                    "{\"name\":\"shop backend\",\"scopes\":[%s]}"
                                            .formatted(scopes)
                                            .getBytes(UTF_8))
                            .statusCode())
                    .isEqualTo(201);
        }
        for (String id : List.of("warehouse", "crm", "mail")) {
            put(
                    SHOP + "/subscriptions/" + id,
                    "{\"url\":\"%s\",\"eventTypes\":[\"order.*\",\"invoice.paid\"],\"description\":\"Tells the %s\"}"
                            .formatted(receiver.url("/" + id), id));
        }
        for (int i = 0; i < 6; i++) {
            HttpResponse<String> sent = dev.send(
                    "POST",
                    SHOP + "/events",
                    "application/json",
                    "{\"id\":\"order-%d\",\"type\":\"order.created\",\"data\":{\"total\":%d}}"
                            .formatted(i, i)
                            .getBytes(UTF_8));
            assertThat(sent.statusCode()).as(sent.body()).isEqualTo(202);
        }
        receiver.awaitCount(18, Duration.ofSeconds(120));
    }

    private static void put(String path, String body) {
        HttpResponse<String> answer = dev.send("PUT", path, "application/json", body.getBytes(UTF_8));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }
}
