/* A user of this computer with a folder of his own, so that tests meet no real agent. */
#ifndef USER_H
#define USER_H

#define SECRET "0123456789abcdef0123456789abcdef"

/*
 * user_new makes the folder for the address file, empty, points XDG_RUNTIME_DIR at it and switches
 * autostart off. user_free removes it.
 */
void user_new(void);
void user_free(void);

/* user_file is the path of the address file. */
const char *user_file(void);

/* user_lock is the path of the lock under which an agent is started, valid until the next call. */
const char *user_lock(void);

/* user_write writes the address file, readable for this user only. */
void user_write(const char *format, ...) __attribute__((format(printf, 1, 2)));

void user_forget(void); /* removes it */

#endif
