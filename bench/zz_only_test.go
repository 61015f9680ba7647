package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"mps/card"
	"mps/card/pcsc"
	"mps/test/rig/pcscd"
)

func TestReadLoop(t *testing.T) {
	if os.Getenv("ROLE") != "reader" {
		t.Skip()
	}
	ours := card.FromReader(pcsc.New(pcsc.Options{Wait: 5 * time.Second}))
	if _, err := ours.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	var a, b syscall.Rusage
	syscall.Getrusage(0, &a)
	began := time.Now()
	d, _ := time.ParseDuration(os.Getenv("LONG"))
	n := 0
	for time.Since(began) < d {
		if _, err := ours.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		n++
	}
	took := time.Since(began)
	syscall.Getrusage(0, &b)
	us := func(x, y syscall.Timeval) float64 { return float64(y.Sec-x.Sec)*1e6 + float64(y.Usec-x.Usec) }
	fmt.Fprintf(os.Stderr, "%d reads %.0f ns  user %.0f sys %.0f us  nvcsw %.1f nivcsw %.1f\n", n, float64(took)/float64(n), us(a.Utime, b.Utime)/float64(n), us(a.Stime, b.Stime)/float64(n),
		float64(b.Nvcsw-a.Nvcsw)/float64(n), float64(b.Nivcsw-a.Nivcsw)/float64(n))
}

func TestOnlyCard(t *testing.T) {
	if os.Getenv("ROLE") != "" {
		t.Skip()
	}
	if err := os.Chdir(".."); err != nil {
		t.Fatal(err)
	}
	dir, _ := os.MkdirTemp("", "mpsb")
	defer os.RemoveAll(dir)
	os.Setenv(pcscd.SocketVariable, pcscd.Socket(dir))
	d, err := pcscd.Start(dir, "Bench Reader")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go inserted.ServeVPCD(ctx, d.Slot(0))
	time.Sleep(time.Second)
	var os_ = os.Getenv("OTHER")
	for range 4 {
		c := exec.Command("perf", "stat", "-e", "context-switches,task-clock", ".cache/bench/read", "Bench Reader 00 00", "700")
		c.Stderr = os.Stderr
		fmt.Fprint(os.Stderr, "C    ")
		if err := c.Run(); err != nil {
			t.Fatal(err)
		}
		for _, lock := range []string{"", "1"} {
			g := exec.Command(os.Args[0], "-test.run", "TestFloor")
			g.Env = append(os.Environ(), "ROLE=floor", "LONG=700ms", "LOCK="+lock)
			g.Stderr = os.Stderr
			fmt.Fprint(os.Stderr, "floor"+lock+"   ")
			if err := g.Run(); err != nil {
				t.Fatal(err)
			}
		}
		for _, self := range []string{os.Args[0], os_} {
			if self == "" {
				continue
			}
			g := exec.Command(self, "-test.run", "TestReadLoop")
			g.Env = append(os.Environ(), "ROLE=reader", "LONG=700ms")
			g.Stderr = os.Stderr
			fmt.Fprint(os.Stderr, "Go   ")
			if err := g.Run(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestSame(t *testing.T) {
	if err := os.Chdir(".."); err != nil {
		t.Fatal(err)
	}
	f, err := measureCard(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	printTable(os.Stdout, f)
}

func TestStrace(t *testing.T) {
	if err := os.Chdir(".."); err != nil {
		t.Fatal(err)
	}
	dir, _ := os.MkdirTemp("", "mpsb")
	defer os.RemoveAll(dir)
	os.Setenv(pcscd.SocketVariable, pcscd.Socket(dir))
	d, err := pcscd.Start(dir, "Bench Reader")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go inserted.ServeVPCD(ctx, d.Slot(0))
	time.Sleep(time.Second)
	c := exec.Command("strace", "-f", "-c", "-U", "name,calls", ".cache/bench/read", "Bench Reader 00 00", "700")
	c.Stderr = os.Stderr
	c.Run()
	g := exec.Command("strace", "-f", "-c", "-U", "name,calls", os.Args[0], "-test.run", "TestReadLoop")
	g.Env = append(os.Environ(), "ROLE=reader", "LONG=700ms")
	g.Stderr = os.Stderr
	g.Run()
}
