package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"mps/config"
	"mps/database/sqlite"
	"mps/registry"
	"mps/wiring"
)

type institutionCommands struct {
	Add     institutionAddCommand     `cmd:"" help:"添加机构，显示它的凭证（只显示这一次）；对已停用的机构，是换发凭证并启用。"`
	List    institutionListCommand    `cmd:"" help:"列出机构。"`
	Disable institutionDisableCommand `cmd:"" help:"停用机构，其凭证立即失效。"`
}

type institutionAddCommand struct {
	ID   string `arg:"" name:"机构编号" help:"机构编号，即 orgId：1 到 40 位字母或数字。"`
	Name string `arg:"" name:"名称" help:"机构名称。"`
}

func (c institutionAddCommand) Run(ctx context.Context, p *program) error {
	return withRegistry(ctx, p, wiring.OpenDatabase, func(db *sqlite.Database, r *registry.Registry) error {
		token, err := r.Add(ctx, c.ID, c.Name)
		if err != nil {
			return err
		}
		if db.New {
			fmt.Fprintf(p.stdout, "新建了数据库 %s。服务端若已在别处运行，请到它的文件夹中添加。\n", db.Path)
		}
		_, err = fmt.Fprintf(p.stdout, "已添加 %s %s。\n在该机构各工作站的 mps.toml 中写：\n\n[voucher]\nserver = \"http://<本服务端的地址>\"\ntoken = \"%s\"\n\n凭证只显示这一次，服务端只保存它的摘要。\n", c.ID, c.Name, token)
		return err
	})
}

type institutionListCommand struct{}

func (institutionListCommand) Run(ctx context.Context, p *program) error {
	return withRegistry(ctx, p, wiring.ExistingDatabase, func(_ *sqlite.Database, r *registry.Registry) error {
		all, err := r.List(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, i := range all {
			state := "启用"
			if !i.Disabled.IsZero() {
				state = i.Disabled.Local().Format("2006-01-02 15:04") + " 停用"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", i.ID, i.Created.Local().Format("2006-01-02 15:04"), state, i.Name)
		}
		return w.Flush()
	})
}

type institutionDisableCommand struct {
	ID string `arg:"" name:"机构编号" help:"机构编号。"`
}

func (c institutionDisableCommand) Run(ctx context.Context, p *program) error {
	return withRegistry(ctx, p, wiring.ExistingDatabase, func(_ *sqlite.Database, r *registry.Registry) error {
		if err := r.Disable(ctx, c.ID); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.stdout, "已停用 %s。\n", c.ID)
		return err
	})
}

// withRegistry opens the server's registry for one command, which makes the
// database or only uses the one there is.
func withRegistry(ctx context.Context, p *program, open func(context.Context, config.Server) (*sqlite.Database, error), do func(*sqlite.Database, *registry.Registry) error) error {
	c, err := p.open()
	if err != nil {
		return err
	}
	db, err := open(ctx, c.Server)
	if err != nil {
		return err
	}
	return errors.Join(do(db, registry.New(db.Registry())), db.Close())
}
