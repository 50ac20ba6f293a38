package dev.fanfare.systemtests.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.json.Json;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Chromium without a window, as Debian packages it; nothing is downloaded. Keeps note of what it asks for, and whom. */
final class Browser implements AutoCloseable {
    /** Warns of each Chromium that is newer than itself; held, as a logger that nobody holds forgets its level. */
    private static final Logger TOLD_OF_VERSIONS = Logger.getLogger("org.openqa.selenium.devtools");

    /** Only a test that fails waits so long; a busy machine has the time it needs. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final int MOST_TABS = 60;
    private static final String AXE = script("/axe.min.js");
    /** What it finds against WCAG 2.2 AA and good practice, as {@code impact rule: element}. */
    private static final String RUN_AXE = """
            const done = arguments[arguments.length - 1];
            axe.run(document, Object.assign({resultTypes: ['violations']}, arguments[0])).then(
              found => done(found.violations.flatMap(rule => rule.nodes.map(
                node => rule.impact + ' ' + rule.id + ': ' + node.html + ' ' + node.failureSummary))),
              failure => done(['critical axe itself failed: ' + failure]));
            """;

    /**
     * Stops what refreshes itself, so that a look is at one state of the page; false while a refresh is under way. That
     * needs timers itself, and sets the next one at its end.
     */
    private static final String HOLD_STILL = """
            if (document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')) {
              return false;
            }
            for (let id = setTimeout(() => 0); id > 0; id--) {
              clearTimeout(id);
            }
            return true;
            """;

    /** How a page is looked at. */
    enum Look {
        WIDE_LIGHT(1280, "light"),
        WIDE_DARK(1280, "dark"),
        NARROW_LIGHT(360, "light"),
        NARROW_DARK(360, "dark");

        private final int width;
        private final String scheme;

        Look(int width, String scheme) {
            this.width = width;
            this.scheme = scheme;
        }
    }

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Opens one; skips the test that calls, in plain words, where there is none on this machine. */
    static Browser open() {
        TOLD_OF_VERSIONS.setLevel(Level.SEVERE);
        File chromium = program("chromium");
        File chromedriver = program("chromedriver");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium);
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--lang=en");
        options.addArguments("--disable-dev-shm-usage"); // containers have little of that
        LoggingPreferences logged = new LoggingPreferences();
        logged.enable(LogType.BROWSER, Level.ALL);
        logged.enable(LogType.PERFORMANCE, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logged);
        ChromeDriver driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(chromedriver)
                        .usingAnyFreePort()
                        .withTimeout(PATIENCE)
                        .build(),
                options);
        driver.manage().timeouts().scriptTimeout(PATIENCE);
        return new Browser(driver);
    }

    private static File program(String name) {
        Optional<File> found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> new File(folder, name))
                .filter(File::canExecute)
                .findFirst();
        assumeTrue(
                found.isPresent(),
                () -> "skipped: there is no " + name + " here (Debian: apt-get install chromium chromium-driver)");
        return found.orElseThrow();
    }

    void go(String url) {
        driver.get(url);
    }

    String path() {
        return URI.create(Objects.requireNonNull(driver.getCurrentUrl())).getPath();
    }

    /** What a reader sees. */
    String text() {
        return driver.findElement(By.tagName("body")).getText();
    }

    /** What stands in the first element of this kind. */
    String textOf(String selector) {
        return driver.findElement(By.cssSelector(selector)).getText();
    }

    void awaitText(String text) {
        awaitText("body", text);
    }

    /** In the first element of this kind: the text may stand elsewhere, too. */
    void awaitText(String selector, String text) {
        await("“" + text + "” in " + selector, () -> textOf(selector).contains(text));
    }

    /** Until the browser is there: what is to be read on one page may be on another. */
    void awaitPath(String path) {
        await("the page " + path, () -> path().equals(path));
    }

    /** Until what has this name, as a screen reader tells it, has the focus: a page is loaded before it gives it. */
    void awaitFocus(String name) {
        await("the focus at “" + name + "”", () -> nameOfFocused().equals(name));
    }

    /** Loads a page again and again until this is to be read in the first element of this kind. */
    void reloadUntil(String url, String selector, String text) {
        await("“" + text + "” in " + selector + " at " + url, () -> {
            go(url);
            return textOf(selector).contains(text);
        });
    }

    private static void await(String what, Callable<Boolean> there) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions() // it may be between two pages
                .until(there);
    }

    /** Stops what refreshes itself. */
    void holdStill() {
        await("no refresh under way", () -> Boolean.TRUE.equals(driver.executeScript(HOLD_STILL)));
    }

    void look(Look look) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", look.scheme))));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", look.width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
    }

    /** The whole page, however long. */
    void keepScreenshot(Path file) throws IOException {
        Object png = driver.executeCdpCommand(
                        "Page.captureScreenshot", Map.of("captureBeyondViewport", true, "optimizeForSpeed", true))
                .get("data");
        Files.write(file, Base64.getDecoder().decode(String.valueOf(png)));
    }

    /** By how much the page is wider than the window. */
    long overflow() {
        return (long) Objects.requireNonNull(
                driver.executeScript("return document.documentElement.scrollWidth - innerWidth"));
    }

    /** Takes its label from the field, and from the heading its colour. */
    void spoilTheLogin() {
        driver.executeScript("document.querySelector('label').remove();"
                + "const heading = document.querySelector('h1').style;"
                + "heading.color = '#eee'; heading.background = '#fff'");
    }

    /** What axe finds that keeps people out: serious and critical. */
    List<String> barriers() {
        driver.executeScript(AXE);
        return barriers(Map.of());
    }

    /** As {@link #barriers()}, which came before on this page, of what another look can change. */
    List<String> barriersOfThisLook() {
        return barriers(Map.of("runOnly", List.of("color-contrast", "scrollable-region-focusable", "target-size")));
    }

    private List<String> barriers(Map<String, ?> options) {
        List<?> found = (List<?>) Objects.requireNonNull(driver.executeAsyncScript(RUN_AXE, options));
        return found.stream()
                .map(String::valueOf)
                .filter(one -> one.startsWith("serious ") || one.startsWith("critical "))
                .toList();
    }

    /** Warnings and errors of the console since they were asked for last, such as what the page's policy forbids. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** Whom it has asked for anything, as {@code http://host:port}, since they were asked for last. */
    Set<String> origins() {
        Set<String> origins = new TreeSet<>();
        for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
            Map<?, ?> message = (Map<?, ?>) new Json()
                    .<Map<String, Object>>toType(entry.getMessage(), Json.MAP_TYPE)
                    .get("message");
            if ("Network.requestWillBeSent".equals(message.get("method"))) {
                Map<?, ?> request = (Map<?, ?>) ((Map<?, ?>) message.get("params")).get("request");
                String address = String.valueOf(request.get("url"));
                if (!address.startsWith("data:")) { // the browser's own pictures, such as that of a field for a date
                    URI url = URI.create(address);
                    origins.add(url.getScheme() + "://" + url.getRawAuthority());
                }
            }
        }
        return origins;
    }

    /** Types where the focus is. */
    void press(CharSequence keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** Presses the tabulator until what has this name, as a screen reader tells it, has the focus. */
    void tabTo(String name) {
        TreeSet<String> met = new TreeSet<>();
        for (int i = 0; i < MOST_TABS; i++) {
            press(Keys.TAB);
            String reached = nameOfFocused();
            met.add(reached);
            if (reached.equals(name)) {
                return;
            }
        }
        throw new AssertionError("no “" + name + "” among what the tabulator reaches: " + met);
    }

    private String nameOfFocused() {
        return driver.switchTo().activeElement().getAccessibleName();
    }

    private static String script(String resource) {
        try (InputStream in = Browser.class.getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(in, resource).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
