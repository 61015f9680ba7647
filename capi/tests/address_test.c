/* Finding the agent: its address file, and what the secret in it is sent to. */
#define _GNU_SOURCE
#include "address.h"
#include "agent.h"
#include "answer.h"
#include "call.h"
#include "check.h"
#include "user.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER "<response></response>"

static void test_parse(void)
{
    static const struct {
        const char *text;
        int port; /* 0: no address */
        const char *secret;
    } cases[] = {
        {"; comment\nport = 7936\nsecret = " SECRET "\n", 7936, SECRET},
        {"port=1\r\nsecret=" SECRET "\r\n", 1, SECRET},
        {"secret = " SECRET "\nport = 65535", 65535, SECRET},
        {"port = 7000\n", 7000, ""},
        {"version = 9.9\n[agent]\nport = 7000\nsecret = " SECRET "\n", 7000, SECRET},
        {"", 0, ""},
        {"; empty\n", 0, ""},
        {"secret = " SECRET "\n", 0, ""},
        {"port = 0\nsecret = " SECRET "\n", 0, ""},
        {"port = 65536\nsecret = " SECRET "\n", 0, ""},
        {"port = http\nsecret = " SECRET "\n", 0, ""},
        {"port = 7936\nport = 7936\n", 0, ""},
        {"port = 7936\nsecret =\n", 0, ""},
        {"port = 7936\nsecret = 0123456789abcdef0123456789abcde\n", 0, ""},
        {"port = 7936\nsecret = " SECRET "0\n", 0, ""},
        {"port = 7936\nsecret = 0123456789ABCDEF0123456789ABCDEF\n", 0, ""},
        {"port = 7936\nsecret = 0123456789abcdef0123456789abcde\r\r\n", 0, ""},
        {"port = 7936\nsecret = 0123456789abcdef 123456789abcdef\n", 0, ""},
        {"port = 7936\nsecret = " SECRET "\nsecret = " SECRET "\n", 0, ""},
        {"port = 7936\nsecret = " SECRET "\nnonsense\n", 0, ""},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n = strlen(cases[i].text);
        char *text = guarded_new(n);
        struct address a;
        memcpy(text, cases[i].text, n);
        memset(&a, 'x', sizeof a);
        int good = address_parse(&a, text, n);
        CHECK(good == (cases[i].port != 0) && a.port == cases[i].port &&
                  strcmp(a.secret, cases[i].secret) == 0,
              "%s: %d %d %s", cases[i].text, good, a.port, a.secret);
        guarded_free(text, n);
    }
}

static void expect(const char *name, int port)
{
    struct address a = address_get();

    CHECK(a.port == port, "%s: port %d", name, a.port);
    CHECK((a.secret[0] != '\0') == (port != 0), "%s: secret %s", name, a.secret);
}

static void write_good(void)
{
    user_write("port = 7000\nsecret = " SECRET "\n");
}

/* Which files count: the user's own, of a sensible size. */
static void test_file(void)
{
    expect("none", 0);
    write_good();
    expect("good", 7000);

    CHECK(geteuid() == 0, "the owner of a file can be changed by root only");
    CHECK(chown(user_file(), 12345, (gid_t)-1) == 0, "chown %s", user_file());
    expect("another user's", 0);
    CHECK(chown(user_file(), 0, (gid_t)-1) == 0, "chown %s", user_file());
    expect("mine again", 7000);

    user_write("port = 7000\nsecret = " SECRET "\n%*s", ADDRESS_FILE_MAX, "\n");
    expect("too long", 0);
    user_forget();
    CHECK(mkfifo(user_file(), 0600) == 0, "mkfifo");
    expect("a pipe", 0);
    user_forget();
    CHECK(mkdir(user_file(), 0700) == 0, "mkdir");
    expect("a folder", 0);
    rmdir(user_file());
}

/* Where the file lies: XDG_RUNTIME_DIR, else below HOME, neither of them relative. */
static void test_folder(void)
{
    char *old = strdup(getenv("XDG_RUNTIME_DIR"));
    char *home = strdup(getenv("HOME") != NULL ? getenv("HOME") : "/");
    char cache[128];
    char mps[128];
    char from[128];
    char to[128];
    static char deep[2000];

    snprintf(cache, sizeof cache, "%s/.cache", old);
    snprintf(mps, sizeof mps, "%s/mps", old);
    snprintf(from, sizeof from, "%s/.cache/mps", old);
    snprintf(to, sizeof to, "%s/.cache/mps", old);
    write_good();
    CHECK(mkdir(cache, 0700) == 0 && rename(mps, to) == 0, "%s", to);
    setenv("HOME", old, 1);
    unsetenv("XDG_RUNTIME_DIR");
    expect("HOME", 7000);
    setenv("XDG_RUNTIME_DIR", "", 1);
    expect("empty XDG_RUNTIME_DIR", 7000);
    CHECK(chdir(old) == 0, "chdir");
    setenv("XDG_RUNTIME_DIR", ".cache", 1);
    setenv("HOME", "/nonexistent", 1);
    expect("relative XDG_RUNTIME_DIR", 0);
    setenv("HOME", ".", 1);
    expect("relative HOME", 0);
    unsetenv("HOME");
    expect("neither", 0);
    memset(deep, '/', sizeof deep - 1);
    setenv("HOME", deep, 1);
    expect("too deep", 0);
    setenv("HOME", home, 1);
    setenv("XDG_RUNTIME_DIR", old, 1);
    CHECK(rename(from, mps) == 0 && rmdir(cache) == 0 && chdir("/") == 0, "%s", mps);
    user_forget();
    free(home);
    free(old);
}

static char told[40]; /* the last request's MPS-Secret */

/* An agent that asks for the secret. */
static void guard(int socket, const struct seen *seen, void *argument)
{
    static const char refusal[] =
        "HTTP/1.1 403 Forbidden\r\nMPS-Refused: secret\r\nContent-Length: 0\r\n\r\n";

    (void)argument;
    strcpy(told, seen->secret);
    if (strcmp(seen->secret, SECRET) == 0)
        agent_reply(socket, ANSWER, sizeof ANSWER - 1, 0);
    else
        agent_send(socket, refusal, sizeof refusal - 1);
}

/* ask calls the port that is configured, 0 for none, and expects an answer or a message. */
static void ask(const char *name, int port, enum message message)
{
    struct config c = config_default();
    struct request r;
    char resp[2048];
    char want[2048] = ANSWER;
    struct address a = address_get();
    int called = port != 0 ? port : a.port != 0 ? a.port : ADDRESS_PORT;

    c.port = port;
    c.autostart = 0;
    told[0] = '\0';
    request_look(&r, REQUEST("03"), "", 0);
    if (message != MESSAGE_NONE)
        answer_fault(&r, fault_of(message, called, 0), want, sizeof want);
    call_agent(&c, &r, resp, sizeof resp);
    char *text = utf8(resp);
    CHECK(strcmp(resp, want) == 0, "%s: %s", name, text);
    free(text);
}

static void test_secret(void)
{
    struct agent *mine = agent_start(1, 0, guard, NULL);
    struct agent *other = agent_start(1, 0, guard, NULL);
    int port = agent_port(mine);

    ask("no file", port, MESSAGE_OTHER_USER);
    CHECK(told[0] == '\0', "%s", told);
    user_write("port = %d\nsecret = " SECRET "\n", port);
    ask("port from the file", 0, MESSAGE_NONE);
    ask("port configured, the same", port, MESSAGE_NONE);
    ask("port configured, another", agent_port(other), MESSAGE_OTHER_USER);
    CHECK(told[0] == '\0', "the secret went to another agent: %s", told);

    user_write("port = %d\nsecret = ffffffffffffffffffffffffffffffff\n", port);
    ask("wrong secret", 0, MESSAGE_OTHER_USER);
    CHECK(strcmp(told, "ffffffffffffffffffffffffffffffff") == 0, "%s", told);
    user_write("port = %d\n", port);
    ask("file without secret", 0, MESSAGE_OTHER_USER);
    CHECK(told[0] == '\0', "%s", told);
    user_write("port = %d\nsecret = nonsense\n", port);
    ask("bad file", port, MESSAGE_OTHER_USER);
    CHECK(told[0] == '\0', "%s", told);

    user_write("port = %d\nsecret = " SECRET "\n", agent_unused_port());
    ask("agent gone", 0, MESSAGE_REFUSED);
    user_write("port = %d\nsecret = " SECRET "\n", port);
    ask("agent replaced", 0, MESSAGE_NONE);
    user_forget();
    agent_stop(other);
    agent_stop(mine);
}

int main(void)
{
    user_new();
    test_parse();
    test_file();
    test_folder();
    test_secret();
    user_free();
    return check_end("address_test");
}
